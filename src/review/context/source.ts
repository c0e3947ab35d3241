import { languageOf, type Language } from './language.ts'
import { maskCode } from './mask-code.ts'

/** A file as context is looked for in it. Lines are counted from 0, without their ends. */
export interface Source {
  readonly path: string
  readonly language: Language
  readonly lines: readonly string[]
  /** The lines without comments, and without what stands in strings. */
  readonly code: readonly string[]
  /** Columns before the code, a tab being four; -1 for a line that begins with none, such as the last one of a long string. */
  readonly indents: readonly number[]
  /** How many brackets are open at the start of a line. */
  readonly depths: readonly number[]
}

/** Beyond, a file is data: nothing behind is looked at. */
const MOST_LINES = 50_000

/** Linear in the text, whatever stands in it. */
export function readSource(path: string, text: string): Source {
  const lines = text.split('\n', MOST_LINES).map((line) => line.replaceAll('\r', ''))
  return sourceOfLines(path, lines)
}

/** For lines that are no whole file: those of a hunk. */
export function sourceOfLines(path: string, lines: readonly string[]): Source {
  const language = languageOf(path)
  const masked = maskCode(lines, language)
  const code = masked.map((line) => line.code)
  return {
    path,
    language,
    lines,
    code,
    indents: masked.map((line) => (line.beginsInText ? -1 : indentOf(line.code))),
    depths: depthsOf(code),
  }
}

function indentOf(code: string): number {
  let columns = 0
  for (const character of code) {
    if (character === ' ') columns++
    else if (character === '\t') columns += 4
    else return columns
  }
  return -1
}

function depthsOf(code: readonly string[]): number[] {
  let depth = 0
  return code.map((line) => {
    const before = depth
    for (const character of line) {
      if ('([{'.includes(character)) depth++
      else if (')]}'.includes(character)) depth = Math.max(0, depth - 1)
    }
    return before
  })
}
