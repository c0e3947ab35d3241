import { estimateTokens } from '../estimate-tokens.ts'
import type { Source } from './source.ts'

/** Stands where lines were left out. */
const LEFT_OUT = '⋯'
/** Stands where lines were left out that the hunks of the unit show. */
const IN_THE_CHANGE = '⋯ lines of the change ⋯'
const LONGEST_SHOWN_LINE = 240

interface Cut {
  readonly text: string
  readonly estimatedTokens: number
}

/**
 * Some lines of a file as one text, with a mark for each gap between them and before what follows them, at the
 * indentation of the code. Lines of `hidden` are never shown, and their mark says why.
 */
export function joinLines(
  source: Source,
  kept: ReadonlySet<number>,
  { start, end }: { readonly start: number; readonly end: number },
  hidden: ReadonlySet<number> = new Set(),
): Cut {
  const parts: string[] = []
  for (let line = start; line < end;) {
    if (kept.has(line)) {
      parts.push(shorten(source.lines[line] ?? ''))
      line++
      continue
    }
    let inTheChange = false
    let indent: string | undefined
    for (; line < end && !kept.has(line); line++) {
      inTheChange ||= hidden.has(line)
      indent ??= saysSomething(source, line) ? /^\s*/.exec(source.code[line] ?? '')?.[0] : undefined
    }
    // A gap without words, such as an empty line before the closing bracket, is none.
    if (indent !== undefined) parts.push(indent + (inTheChange ? IN_THE_CHANGE : LEFT_OUT))
  }
  const text = parts.join('\n')
  return { text, estimatedTokens: estimateTokens(text) }
}

/** As many of the lines, in the order of their worth, as fit into a budget. */
export function fittingLines(source: Source, byWorth: readonly number[], budgetTokens: number): Set<number> {
  const kept = new Set<number>()
  let left = budgetTokens
  for (const line of byWorth) {
    const tokens = estimateTokens(`${shorten(source.lines[line] ?? '')}\n`)
    if (tokens > left) break
    left -= tokens
    kept.add(line)
  }
  return kept
}

/** Whether there is code on the line that is more than brackets, or the quotes of a docstring. */
export function saysSomething({ code }: Source, line: number): boolean {
  return /[^\s"'`()[\]{},;]/.test(code[line] ?? '')
}

function shorten(line: string): string {
  return line.length > LONGEST_SHOWN_LINE ? `${line.slice(0, LONGEST_SHOWN_LINE)}…` : line
}
