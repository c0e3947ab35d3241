import { fileRole, type FileRole } from '../file-role.ts'
import { matchesGlob } from '../guidelines/matches-glob.ts'
import { MAX_PLACES, type HeadTree, type WordPlace, type WordSearch } from '../head-tree.ts'
import { skipByPath } from '../skip-by-path.ts'
import { fittingLines } from './fitting-lines.ts'
import type { ToolCall } from './tool-call.ts'

const MOST_MATCHES = 40
/** Files that are opened for one search, for the text of their lines. */
const MOST_FILES = 60
/** Words of a text that are looked for; those that are on few lines lead to it. */
const MOST_WORDS = 8

/**
 * Lines that have a text in them, in files that people write; code before tests before prose. The tree knows whole
 * words alone, so the rarest word of the text leads to the lines.
 *
 * The tree is searched as it is, and its lines are shown without credentials. Only lines that have the text as they are
 * shown count: whether a guess at a credential is right cannot be found out.
 */
export async function searchText(
  { text, glob }: Extract<ToolCall, { tool: 'search' }>,
  tree: HeadTree,
  mostBytes: number,
  signal: AbortSignal,
): Promise<string> {
  const words = [...new Set(text.match(/\w+/g))].slice(0, MOST_WORDS)
  const places = rarestPlaces(words, await tree.search(words, signal))
  if (!places) return `Too common: on more than ${MAX_PLACES} lines. Search for something rarer.`
  const wanted = places
    .filter(({ path }) => skipByPath(path) === undefined && (glob === undefined || matchesGlob(path, glob)))
    .toSorted((a, b) => ORDER.indexOf(fileRole(a.path)) - ORDER.indexOf(fileRole(b.path)))
  const paths = [...new Set(wanted.map(({ path }) => path))]
  const files = await tree.files(paths.slice(0, MOST_FILES), signal)
  const lines = new Map([...files].map(([path, content]) => [path, content.split('\n')]))
  const matches = wanted.flatMap(({ path, line }) => {
    const shown = lines.get(path)?.[line - 1]
    return shown?.includes(text) ? [`${JSON.stringify(path)} ${line}: ${shown.trim()}`] : []
  })
  const shown = fittingLines(matches.slice(0, MOST_MATCHES), mostBytes)
  const isCut = shown.length < matches.length || paths.length > MOST_FILES
  if (shown.length === 0 && !isCut) return 'No line has it.'
  return [...shown, ...(isCut ? ['(cut: there may be more; narrow it with glob)'] : [])].join('\n')
}

const ORDER: readonly FileRole[] = ['source', 'test', 'prose or settings']

/** Of the word that is on the fewest lines; undefined when all are on too many. */
function rarestPlaces(
  words: readonly string[],
  { places, tooCommon }: WordSearch,
): readonly WordPlace[] | undefined {
  const byWord = words
    .filter((word) => !tooCommon.includes(word))
    .map((word) => places.filter((place) => place.word === word))
  return byWord.toSorted((a, b) => a.length - b.length)[0]
}
