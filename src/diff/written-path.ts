const escapes: Readonly<Record<string, number>> = {
  a: 7,
  b: 8,
  t: 9,
  n: 10,
  v: 11,
  f: 12,
  r: 13,
  '"': 34,
  '\\': 92,
}

const quoted = /^"([^"\\]*(?:\\.[^"\\]*)*)"/s
const piece = /\\([0-3][0-7]{2}|.)|[^\\]+/gs

/**
 * A path as git writes it in a patch: plain, or in double quotes with C escapes, where `\303\274` are bytes of UTF-8.
 * Bytes that are no UTF-8 become U+FFFD. Undefined when the quotes or escapes are broken.
 */
export function readWrittenPath(written: string): string | undefined {
  if (!written.startsWith('"')) return written
  const [whole, inner] = quoted.exec(written) ?? []
  return inner === undefined || whole !== written ? undefined : readEscapes(inner)
}

/** The two names of a `diff --git` line, still with their prefixes. */
export interface WrittenPair {
  readonly old: string
  readonly new: string
}

/**
 * Both names of a `diff --git` line. Plain names have no separator but a blank, which they may
 * contain: they are told apart only when both have the same length, as they do unless the file was renamed (then other
 * lines name it). Undefined otherwise.
 */
export function readWrittenPair(written: string): WrittenPair | undefined {
  const middle = pairMiddle(written)
  if (written.charAt(middle) !== ' ') return undefined
  const left = readWrittenPath(written.slice(0, middle))
  const right = readWrittenPath(written.slice(middle + 1))
  return left === undefined || right === undefined ? undefined : { old: left, new: right }
}

/** Where the blank between the two names is. A plain name holds no double quote, or git would have quoted it. */
function pairMiddle(written: string): number {
  const [leftQuoted] = quoted.exec(written) ?? []
  if (leftQuoted !== undefined) return leftQuoted.length
  if (written.endsWith('"')) return written.indexOf(' "')
  return Math.floor(written.length / 2)
}

function readEscapes(inner: string): string | undefined {
  const bytes: Buffer[] = []
  for (const [text, escaped] of inner.matchAll(piece)) {
    if (escaped === undefined) bytes.push(Buffer.from(text))
    else if (escaped.length === 3) bytes.push(Buffer.of(Number.parseInt(escaped, 8)))
    else {
      const byte = escapes[escaped]
      if (byte === undefined) return undefined
      bytes.push(Buffer.of(byte))
    }
  }
  return Buffer.concat(bytes).toString('utf8')
}
