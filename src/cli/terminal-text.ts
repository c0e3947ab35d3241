/**
 * Text of code, models and people, made harmless for a terminal: what would move the cursor, change colours, or make a
 * reader see other letters than there are (control characters, direction marks, invisible ones) is shown by its number.
 * Tabs and line ends stay; a CR before LF goes.
 */
export function terminalText(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replaceAll(
      /[\p{Cc}\p{Cs}\u061C\u200B-\u200F\u2028-\u202E\u2060-\u2069\uFEFF\u{E0000}-\u{E007F}]/gu,
      (character) => (character === '\n' || character === '\t' ? character : codePoint(character)),
    )
}

/** The same on one line. */
export function terminalLine(text: string): string {
  return terminalText(text).replaceAll(/[\n\t]+/g, ' ')
}

function codePoint(character: string): string {
  const hex = (character.codePointAt(0) ?? 0).toString(16).toUpperCase()
  return `<U+${hex.padStart(4, '0')}>`
}

/** The first characters of a text, with a mark where something is missing. */
export function shortened(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length).replace(/[\uD800-\uDBFF]$/, '')}…`
}

/** Breaks text at blanks so that no line is longer than `width`, except for words that are. Line ends stay. */
export function wrapped(text: string, width: number): string[] {
  return text.split('\n').flatMap((paragraph) => {
    const lines: string[] = []
    for (const word of paragraph.split(' ')) {
      const last = lines.at(-1)
      if (last === undefined || last.length + 1 + word.length > width) lines.push(word)
      else lines.splice(-1, 1, `${last} ${word}`)
    }
    return lines
  })
}
