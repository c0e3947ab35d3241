import type { Unit } from '../units.ts'
import { fittingLines, joinLines, saysSomething } from './cut-lines.ts'
import { definitionsAround, LONGEST_PREAMBLE, nameOnLine, type Definition } from './definitions.ts'
import { shownLines, touchedLines } from './shown-lines.ts'
import type { Source } from './source.ts'
import type { Snippet } from './unit-context.ts'

/** A function of so many lines is shown whole around a change in a function within it. */
const WHOLE_FUNCTION_LINES = 80
/** More definitions that one unit touches are not looked at. */
const MOST_DEFINITIONS = 40
/** Touched lines for which that is asked. */
const MOST_LOOKS = 400
/** Marks of gaps take some tokens beside the lines. */
const MARK_TOKENS = 8

/** What stands around a touched line. */
export interface Touched {
  /** The classes around the definition, the outermost first. */
  readonly outer: readonly Definition[]
  readonly definition: Definition
}

/** The definitions that a unit changes something in, in their order, each once; what is whole in the hunks, too. */
export function touchedDefinitions(unit: Pick<Unit, 'hunks'>, source: Source): Touched[] {
  const found: Touched[] = []
  let last: Touched | undefined
  let looks = 0
  for (const line of touchedLines(unit.hunks)) {
    if (
      last &&
      last.definition.kind !== 'type' &&
      line >= last.definition.header &&
      line < last.definition.end
    )
      continue
    if (++looks > MOST_LOOKS) break
    const touched = choose(definitionsAround(source, belowPreamble(source, line)))
    if (!touched || found.some(({ definition }) => definition.header === touched.definition.header)) continue
    last = touched
    found.push(touched)
    if (found.length === MOST_DEFINITIONS) break
  }
  return found
}

/** A decorator, or a comment, belongs to the definition below it. */
function belowPreamble(source: Source, line: number): number {
  const isPreamble = (at: number): boolean => /^\s*(?:@[\w.]|#\[|$)/.test(source.code[at] ?? '')
  let below = line
  while (below < line + LONGEST_PREAMBLE && isPreamble(below) && source.lines[below]?.trim()) below++
  return below > line && nameOnLine(source, below) !== undefined ? below : line
}

/** A function with all its closures, as long as it is no giant; else the innermost one; else what there is. */
function choose(around: readonly Definition[]): Touched | undefined {
  const callables = around.filter(({ kind }) => kind === 'callable')
  const definition =
    callables.find(({ header, end }) => end - header <= WHOLE_FUNCTION_LINES) ??
    callables.at(-1) ??
    around.at(-1)
  return definition && { outer: around.slice(0, around.indexOf(definition)), definition }
}

/**
 * The code around the hunks that they do not show themselves: signatures first, then the lines nearest to the hunks.
 * Depends on nothing but the touched definitions and the heads of the classes around them: what is edited elsewhere in
 * the file changes nothing here, nor does where in the file they stand.
 */
export function enclosingSnippets(
  unit: Pick<Unit, 'hunks'>,
  source: Source,
  budgetTokens: number,
): Snippet[] {
  const shown = shownLines(unit.hunks)
  const pieces = touchedDefinitions(unit, source)
  const snippets: Snippet[] = []
  let left = budgetTokens
  for (const [index, { outer, definition }] of pieces.entries()) {
    const share = Math.floor(left / (pieces.length - index))
    const heads = outer.filter(({ header }) => !shown.has(header)).map(({ header }) => header)
    const own = linesByWorth(source, definition, shown)
    const kept = fittingLines(source, [...heads, ...own], share - MARK_TOKENS)
    if (!own.some((line) => kept.has(line))) continue
    const start = Math.min(...kept, definition.start)
    const cut = joinLines(source, kept, { start, end: definition.end }, shown)
    left -= cut.estimatedTokens
    snippets.push({ path: source.path, ...cut, why: 'enclosing', symbol: definition.name })
  }
  return snippets
}

function linesByWorth(source: Source, definition: Definition, shown: ReadonlySet<number>): number[] {
  const { start, body, end } = definition
  const distances = distancesTo(shown, start, end)
  const scopes = scopesOf(source, definition, shown)
  const worth = (line: number): number =>
    line < body ? 0 : scopes.has(line) ? 1 : 1 + (distances.get(line) ?? Infinity)
  return Array.from({ length: end - start }, (_, at) => start + at)
    .filter((line) => !shown.has(line) && isWorthIt(source, definition, line))
    .toSorted((a, b) => worth(a) - worth(b) || a - b)
}

/** The lines that open the blocks which shown lines are in: conditions, loops, closures. */
function scopesOf(
  { indents }: Source,
  { body, end }: Definition,
  shown: ReadonlySet<number>,
): ReadonlySet<number> {
  const scopes = new Set<number>()
  /** The least indentation that a line below may be inside of. */
  let inside = 0
  for (let line = end - 1; line >= body; line--) {
    const indent = indents[line] ?? -1
    if (indent === -1) continue
    if (shown.has(line)) {
      inside = Math.max(inside, indent)
      if (!shown.has(line - 1)) inside = indent
    } else if (indent < inside) {
      scopes.add(line)
      inside = indent
    }
  }
  return scopes
}

/** Text and comments are far longer than what they say. Of a class, methods have pieces of their own where they matter. */
function isWorthIt(source: Source, { kind, header, body }: Definition, line: number): boolean {
  const { indents } = source
  if (!saysSomething(source, line)) return false
  if (kind !== 'type' || line < body) return true
  const members = Math.min(
    ...indents.slice(body, body + 200).filter((indent) => indent > (indents[header] ?? 0)),
  )
  return indents[line] === members
}

/** How far each line of a range is from the nearest one of a set, both ways in one pass each. */
function distancesTo(lines: ReadonlySet<number>, start: number, end: number): ReadonlyMap<number, number> {
  const distances = new Map<number, number>()
  let since = Infinity
  for (let line = start; line < end; line++) {
    since = lines.has(line) ? 0 : since + 1
    distances.set(line, since)
  }
  since = Infinity
  for (let line = end - 1; line >= start; line--) {
    since = lines.has(line) ? 0 : since + 1
    distances.set(line, Math.min(since, distances.get(line) ?? Infinity))
  }
  return distances
}
