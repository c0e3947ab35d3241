import { fileRole } from '../file-role.ts'
import type { WordPlace } from '../head-tree.ts'
import { skipByPath } from '../skip-by-path.ts'
import { languageOf } from './language.ts'
import type { LookUp } from './look-up.ts'
import { matchModule } from './module-match.ts'
import type { Source } from './source.ts'

/** Files that one unit reads at most: the best ones come first, and what is shown of them all is a few lines. */
const MOST_FILES = 12

/** The lines of each word of a file, counted from 1: many units look for other words in the same file. */
const linesOfWords = new WeakMap<Source, ReadonlyMap<string, readonly number[]>>()

/** Where words stand in the code of a file, by line: what a tree would find, for the file that is at hand. */
export function placesIn(source: Source, words: ReadonlySet<string>): WordPlace[] {
  const lines = linesOfWords.get(source) ?? indexWords(source)
  linesOfWords.set(source, lines)
  return [...words]
    .flatMap((word) => (lines.get(word) ?? []).map((line) => ({ path: source.path, line, word })))
    .toSorted((a, b) => a.line - b.line)
}

function indexWords({ code }: Source): ReadonlyMap<string, readonly number[]> {
  const lines = new Map<string, number[]>()
  for (const [index, text] of code.entries()) {
    for (const [word] of text.matchAll(/[\w$]+/g)) {
      const known = lines.get(word)
      if (!known) lines.set(word, [index + 1])
      else if (known.at(-1) !== index + 1) known.push(index + 1)
    }
  }
  return lines
}

/**
 * The files in which what is looked up most likely stands: what the unit imports, what is near, what is named alike, what
 * has many of the words. Files that no reader learns from, and other languages, are not among them.
 */
export function filesToRead(
  places: readonly WordPlace[],
  path: string,
  { used, imports, changed }: LookUp,
): string[] {
  const language = languageOf(path)
  const words = new Map<string, Set<string>>()
  for (const place of places) {
    if (place.path === path || languageOf(place.path) !== language) continue
    const known = words.get(place.path) ?? new Set()
    words.set(place.path, known.add(place.word))
  }
  const modules = [...new Set(imports.map(({ module }) => module).filter(Boolean))]
  const interesting = new Set([...used, ...changed].map(({ name }) => squeeze(name)))
  const rarity = rarities(places)
  const scored = [...words].flatMap(([file, found]) => {
    if (skipByPath(file) !== undefined) return []
    const isImported = modules.some((module) => matchModule(file, module, path) === 'exact')
    const score =
      (isImported ? 6 : 0) +
      (interesting.has(squeeze(stem(file))) ? 4 : 0) +
      (folder(file) === folder(path) ? 1 : 0) +
      (fileRole(file) === 'source' ? 1 : -1) +
      Math.min(
        4,
        [...found].reduce((sum, word) => sum + (rarity.get(word) ?? 0), 0),
      )
    return [{ file, score }]
  })
  return scored
    .toSorted((a, b) => b.score - a.score || (a.file < b.file ? -1 : 1))
    .slice(0, MOST_FILES)
    .map(({ file }) => file)
}

/** 1 for a word in one file, less the more files it is in. */
function rarities(places: readonly WordPlace[]): ReadonlyMap<string, number> {
  const files = new Map<string, Set<string>>()
  for (const { word, path } of places) files.set(word, (files.get(word) ?? new Set()).add(path))
  return new Map([...files].map(([word, { size }]) => [word, 1 / Math.sqrt(size)]))
}

/** `user_service`, `userService` and `UserService` are named alike. */
function squeeze(name: string): string {
  return name.replace(/[_-]/g, '').toLowerCase()
}

function stem(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1).replace(/\..*$/, '')
}

function folder(file: string): string {
  return file.slice(0, file.lastIndexOf('/') + 1)
}
