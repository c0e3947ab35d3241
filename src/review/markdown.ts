/** What a comment may hold at most: GitHub refuses bodies above 65,536 characters. */
export const MAX_BODY_CHARACTERS = 65_000

/**
 * Text of a model, a rule or a pull request as plain Markdown text: it shows what it says and does nothing.
 * No links, images, HTML, mentions, cross-references, closing keywords or commands come through; one line stays one line.
 */
export function plain(text: string): string {
  return (
    text
      // Control characters and direction overrides make a reader see something else than what is there.
      .replaceAll(/[\p{Cc}\u202A-\u202E\u2066-\u2069\u200B-\u200F\uFEFF]/gu, ' ')
      .replaceAll(/[\\`*_{}[\]()<>~|$]/g, (character) => `\\${character}`)
      .replaceAll('&', '&amp;')
      // A zero-width space keeps GitHub from reading a name, a number, or an address.
      .replaceAll(/@(?=[\w-])/g, '@\u200B')
      .replaceAll(/#(?=\d)/g, '#\u200B')
      .replaceAll(/\b(GH)-(?=\d)/gi, '$1\u200B-')
      .replaceAll(/:\/\//g, ':\u200B//')
      .replaceAll(/\bwww\./gi, (start) => `${start.slice(0, 3)}\u200B.`)
      .replace(/^(\s*)([#+\-=/>])/, '$1\\$2')
      .replace(/^(\s*\d+)([.)])/, '$1\\$2')
      .trim()
  )
}

/** Several lines of such text; paragraphs stay. */
export function plainParagraphs(text: string): string {
  return text
    .split(/\n{2,}/)
    .map((paragraph) => plain(paragraph.replaceAll('\n', ' ')))
    .filter(Boolean)
    .join('\n\n')
}

/** Text as inline code, whatever backticks it holds. */
export function inlineCode(text: string): string {
  const line = text.replaceAll(/[\p{Cc}]/gu, ' ')
  const fence = '`'.repeat(longestRun(line) + 1)
  const pad = line.startsWith('`') || line.endsWith('`') ? ' ' : ''
  return `${fence}${pad}${line}${pad}${fence}`
}

/** A fenced block that its content cannot close. */
export function fenced(language: string, text: string): string {
  const fence = '`'.repeat(Math.max(3, longestRun(text) + 1))
  return `${fence}${language}\n${text}${text.endsWith('\n') || text === '' ? '' : '\n'}${fence}`
}

/** Cut to what GitHub takes, on a whole character, saying so. */
export function clamp(text: string, limit = MAX_BODY_CHARACTERS): string {
  if (text.length <= limit) return text
  const note = '\n\n(cut: the text was longer than GitHub takes)'
  return text.slice(0, limit - note.length).replace(/[\uD800-\uDBFF]$/, '') + note
}

function longestRun(text: string): number {
  return (text.match(/`+/g) ?? []).reduce((longest, run) => Math.max(longest, run.length), 0)
}
