import { estimateTokens } from '../estimate-tokens.ts'
import { fileRole } from '../file-role.ts'
import type { HeadTree } from '../head-tree.ts'
import type { Unit } from '../units.ts'
import { enclosingSnippets } from './enclosing.ts'
import { tellingImports } from './imports.ts'
import { lookUpFor } from './look-up.ts'
import { usedNames } from './names.ts'
import { filesToRead, placesIn } from './places.ts'
import { chooseRelated, relatedPieces, type Known } from './related.ts'
import { shownLines } from './shown-lines.ts'
import type { ReadSource } from './remember-sources.ts'
import { readSource, type Source } from './source.ts'
import { noContext, type Snippet, type UnitContext } from './unit-context.ts'

/** Of a budget, what the code around the hunks, and the imports, take at most. What they leave is for related code. */
const ENCLOSING_SHARE = 0.5
const IMPORTS_SHARE = 0.15

/**
 * What a reader of the unit should know beside its hunks, within a budget of estimated tokens: the same for the same
 * unit and tree, to the byte. Without a tree it comes from the unit's own file alone; without that, there is none.
 *
 * What changes it: the unit's own hunks; the text of the definitions around them; the definitions of what they use; and
 * which code uses what they touch. Where in a file all that stands, and what else the change does, does not.
 */
export async function gatherUnitContext(
  unit: Unit,
  tree: HeadTree | undefined,
  budgetTokens: number,
  signal: AbortSignal,
  read: ReadSource = readSource,
): Promise<UnitContext> {
  if (fileRole(unit.path) === 'prose or settings') return noContext
  const text = unit.content ?? (await tree?.file(unit.path, signal))
  const source = text === undefined ? undefined : read(unit.path, text)
  if (!source && !tree) return noContext
  const lookUp = lookUpFor(unit, source)
  const words = new Set([...lookUp.changed, ...lookUp.used].map(({ name }) => name))
  const known = await findPlaces(unit.path, source, words, lookUp, tree, signal, read)

  const shown = shownLines(unit.hunks)
  const enclosing = source ? enclosingSnippets(unit, source, Math.floor(budgetTokens * ENCLOSING_SHARE)) : []
  const mentioned = new Set(usedNames(unit.hunks, unit.path, source).map(({ name }) => name))
  const imports = tellingImports(lookUp.imports, mentioned, shown, Math.floor(budgetTokens * IMPORTS_SHARE))
  const left = budgetTokens - tokensOf(enclosing) - estimateTokens(imports.join('\n'))
  const pieces = relatedPieces(unit.path, lookUp, known)
  return { imports, enclosing, related: chooseRelated(pieces, { path: unit.path, hidden: shown }, left) }
}

async function findPlaces(
  path: string,
  source: Source | undefined,
  words: ReadonlySet<string>,
  lookUp: ReturnType<typeof lookUpFor>,
  tree: HeadTree | undefined,
  signal: AbortSignal,
  read: ReadSource,
): Promise<Known> {
  const own = source ? placesIn(source, words) : []
  const sources = source ? [source] : []
  if (!tree || words.size === 0) return { sources, places: own }
  const { places } = await tree.search([...words], signal)
  const others = places.filter((place) => place.path !== path)
  const files = await tree.files(filesToRead(others, path, lookUp), signal)
  return {
    sources: [...sources, ...[...files].map(([file, text]) => read(file, text))],
    places: [...own, ...others],
  }
}

function tokensOf(snippets: readonly Snippet[]): number {
  return snippets.reduce((sum, { estimatedTokens }) => sum + estimatedTokens, 0)
}
