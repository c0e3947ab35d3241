/**
 * Control characters, direction overrides, and characters without a shape: with them a reader sees something else than
 * what is there.
 */
export const hidden: RegExp = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu

/**
 * What we write at most into one body, in bytes of UTF-8. GitHub takes 65,536 characters of a comment, but counts the
 * summary of a check run in bytes ("summary exceeds a maximum bytesize of 65535"). Markers come on top.
 */
export const MAX_BODY_BYTES = 65_000

/** Text as inline code, whatever backticks it holds: one line, without characters that nobody sees. */
export function inlineCode(text: string): string {
  const line = text.replaceAll(hidden, ' ')
  const fence = '`'.repeat(longestRun(line) + 1)
  const pad = line.startsWith('`') || line.endsWith('`') ? ' ' : ''
  return `${fence}${pad}${line}${pad}${fence}`
}

/** A fenced block that its content cannot close. */
export function fenced(language: string, text: string): string {
  const fence = '`'.repeat(Math.max(3, longestRun(text) + 1))
  return `${fence}${language}\n${text}${text.endsWith('\n') || text === '' ? '' : '\n'}${fence}`
}

/** Cut to so many bytes, on a whole character, saying so. */
export function clamp(text: string, limit = MAX_BODY_BYTES): string {
  const bytes = Buffer.from(text)
  if (bytes.length <= limit) return text
  const note = '\n\n(cut: the text was longer than GitHub takes)'
  // As part of a stream: a character that the cut went through is held back.
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  return decoder.decode(bytes.subarray(0, limit - note.length), { stream: true }) + note
}

/**
 * A list of the first items: at most so many, as far as there is room for them, in bytes. The last line tells how many
 * were left out, in the words of `more`.
 */
export function boundedList(
  items: readonly string[],
  limits: { readonly bytes: number; readonly items?: number },
  more: (count: number) => string,
): string {
  const lines: string[] = []
  let left = limits.bytes
  for (const item of items.slice(0, limits.items)) {
    const line = `- ${item}\n`
    left -= Buffer.byteLength(line)
    if (left < 0) break
    lines.push(line)
  }
  const rest = items.length - lines.length
  return [...lines, ...(rest > 0 ? [`- ${more(rest)}`] : [])].join('').trimEnd()
}

function longestRun(text: string): number {
  return (text.match(/`+/g) ?? []).reduce((longest, run) => Math.max(longest, run.length), 0)
}
