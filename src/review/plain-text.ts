import { hidden, inlineCode } from './markdown.ts'

/** One line of bare text, for places that render no Markdown. Longer than `limit` characters, it ends with an ellipsis. */
export function oneLine(text: string, limit: number): string {
  const characters = Array.from(text.replaceAll(hidden, ' ').replaceAll(/\s+/g, ' ').trim())
  return characters.length <= limit ? characters.join('') : `${characters.slice(0, limit - 1).join('')}…`
}

/**
 * Text of a model, a rule or a pull request as Markdown that shows what it says and does nothing: one line stays one line.
 *
 * Every word with a character that Markdown or GitHub acts on (markup, links, HTML, mentions, cross-references, math,
 * commands) is shown as inline code, inside of which nothing acts. So identifiers read well, and an attack is seen as
 * what it is.
 */
export function plain(text: string): string {
  const line = text.replaceAll(hidden, ' ').replaceAll(/\s+/g, ' ').trim()
  // Inline code that the writer marked, and the prose between.
  const pieces = line
    .split(/`([^`]+)`/)
    .map((piece, index) => (index % 2 === 1 ? inlineCode(piece) : showProse(piece)))
    .filter((piece) => piece !== '')
  return pieces
    .map((piece, index) => (piece.startsWith('`') && pieces[index - 1]?.endsWith('`') ? ` ${piece}` : piece))
    .join('')
    .replace(lineStart, '$1\\')
}

/** Several lines of such text; paragraphs stay. */
export function plainParagraphs(text: string): string {
  return text
    .split(/\n\s*\n/)
    .map((paragraph) => plain(paragraph))
    .filter(Boolean)
    .join('\n\n')
}

/** Where what stands first would begin a list, a heading, a quote or a rule: a backslash belongs there. */
const lineStart = /^(\d{1,9}(?=[.)](?: |$))|(?=(?:[-+]|#{1,6})(?: |$)|>|-{3}))/

/** Signs that act wherever they stand in a word. */
const active = new RegExp(
  [
    /[`*_[\]\\$]/, // emphasis, code, links, images, footnotes, escapes, math
    /<[^\s=<\d-]/, // HTML and autolinks; `<=` and `a < b` are none
    /&#?\w+;/, // an entity would be read as another character
    /@\S/, // mentions and addresses
    /#\d|GH-\d/, // issues and pull requests
    /:\/\/|\bwww\.|\b(?:mailto|xmpp):/, // GitHub links addresses that nobody marked
    /\b(?=[0-9a-f]*\d)(?=\d*[a-f])[0-9a-f]{7,40}\b/, // and commits
    /:[\w+-]+:/, // emoji
    /^["'(]*\/[a-z]/, // commands, of us and of other bots
  ]
    .map(({ source }) => source)
    .join('|'),
  'i',
)

/** Words beyond this do not belong to one call any more. */
const MOST_WORDS_OF_CODE = 12

function showProse(prose: string): string {
  const words = prose.split(' ')
  const shown: string[] = []
  for (let start = 0; start < words.length;) {
    const end = endOfCode(words, start)
    shown.push(
      end === start
        ? (words[start] ?? '').replaceAll('~', '\\~') // one before a number is common, two strike out
        : showCode(words.slice(start, end).join(' ')),
    )
    start = Math.max(end, start + 1)
  }
  return shown.join(' ')
}

/** The end (exclusive) of the words from `start` on that are one piece of code; `start` when it begins none. */
function endOfCode(words: readonly string[], start: number): number {
  let end = start
  while (end < words.length && active.test(words[end] ?? '')) {
    end = closingWord(words, end) + 1
    if (/[.,;:!?)"']$/.test(words[end - 1] ?? '')) break
  }
  return end
}

/** The word that closes the brackets which this one opens, where it comes soon: `pay(user_id, 5)` is one piece of code. */
function closingWord(words: readonly string[], start: number): number {
  let open = 0
  for (let index = start; index < Math.min(words.length, start + MOST_WORDS_OF_CODE); index++) {
    // The bracket before the first word is the sentence's.
    const word = (words[index] ?? '').replace(index === start ? /^[("'“‘]+/ : '', '')
    for (const character of word) {
      if ('([{'.includes(character)) open++
      if (')]}'.includes(character)) open--
    }
    if (open <= 0) return index
  }
  return start
}

/** Code without the quotes, brackets and stops of the sentence around it. */
function showCode(text: string): string {
  let unclosed = text.split('(').length - text.split(')').length
  let start = 0
  for (; start < text.length - 1; start++) {
    const character = text.charAt(start)
    if (character === '(' && unclosed > 0) unclosed--
    else if (!`"'“‘`.includes(character)) break
  }
  let end = text.length
  for (; end > start + 1; end--) {
    const character = text.charAt(end - 1)
    if (character === ')' && unclosed < 0) unclosed++
    else if (!`.,;:!?"'”’…`.includes(character)) break
  }
  return text.slice(0, start) + inlineCode(text.slice(start, end)) + text.slice(end)
}
