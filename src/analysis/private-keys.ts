/** A private key in PEM form, frame included, in UTF-16 offsets, the end not included. */
export interface PrivateKey {
  readonly start: number
  readonly end: number
  /** Whether both ends of it are there. */
  readonly whole: boolean
}

const header = /-----BEGIN (?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----/g
const footer = /-----END (?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----/y
const loneFooter = new RegExp(footer.source, 'g')

const longestKey = 20_000
const longestLine = 10_000
/** Less than this is no key, but the frame of one in a parser, a message or a template. */
const leastMaterial = 40

/**
 * Private keys with all their lines, also as a quoted text, a concatenation or a comment. A hunk may show only the first
 * or the last lines of one: the key then reaches as far as lines look like key material.
 */
export function findPrivateKeys(text: string): PrivateKey[] {
  const keys: PrivateKey[] = []
  for (const match of text.matchAll(header)) {
    if (match.index < (keys.at(-1)?.end ?? 0)) continue
    const key = keyFrom(text, match.index, match.index + match[0].length)
    if (key) keys.push(key)
  }
  const withHeader = [...keys]
  let floor = 0
  for (const match of text.matchAll(loneFooter)) {
    const end = match.index + match[0].length
    if (withHeader.some((key) => key.start < match.index && match.index < key.end)) continue
    const start = materialBefore(text, match.index, floor)
    if (start !== undefined) keys.push({ start, end, whole: false })
    floor = end
  }
  return keys
}

/** Reads lines of material from the end of a header on. */
function keyFrom(text: string, start: number, bodyStart: number): PrivateKey | undefined {
  let material = 0
  let end = bodyStart
  for (let position = bodyStart; position < text.length && position - start < longestKey;) {
    const newline = text.indexOf('\n', position)
    const lineEnd = newline < 0 ? text.length : newline
    if (lineEnd - position > longestLine) break
    const line = text.slice(position, lineEnd)
    const frame = line.indexOf('-----END ')
    if (frame >= 0) {
      material += materialLength(line.slice(0, frame)) ?? 0
      footer.lastIndex = position + frame
      const closing = footer.exec(text)
      if (closing && material >= leastMaterial)
        return { start, end: position + frame + closing[0].length, whole: true }
      break
    }
    const length = materialLength(line)
    if (length === undefined || (length === 0 && material > 0)) break
    material += length
    if (length > 0) end = lineEnd
    position = lineEnd + 1
  }
  return material >= leastMaterial ? { start, end, whole: false } : undefined
}

/** Where the material above a footer starts whose header is not in sight. */
function materialBefore(text: string, footerStart: number, floor: number): number | undefined {
  let start = text.lastIndexOf('\n', footerStart) + 1
  let material = 0
  while (start > floor && footerStart - start < longestKey) {
    const lineStart = Math.max(text.lastIndexOf('\n', start - 2) + 1, floor)
    if (start - lineStart > longestLine) break
    const length = materialLength(text.slice(lineStart, start - 1))
    if (!length) break
    material += length
    start = lineStart
  }
  return material >= leastMaterial ? start : undefined
}

/** How many characters of key material a line holds; 0 for an empty line or an armour header, undefined for any other text. */
function materialLength(line: string): number | undefined {
  const core = line
    .replace(/^[\s"'`+#*|>,(-]+/, '')
    .replaceAll(/\\[rnt]/g, '')
    .replaceAll(/[\s"'`+,;\\)]+$/g, '')
  if (core === '' || /^[A-Z][A-Za-z-]{2,20}: /.test(core)) return 0
  return /^[A-Za-z0-9+/=]+$/.test(core) && (core.length >= 16 || /[\d+/=]/.test(core))
    ? core.length
    : undefined
}
