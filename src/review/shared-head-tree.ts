import { createBatching } from '../base/batching.ts'
import { MAX_SEARCH_WORDS, type HeadTree, type WordPlace } from './head-tree.ts'

/** Texts that are kept, in characters. */
const MOST_KEPT = 30_000_000
/** Places of words that are kept: some 10 MB. A usual review has a tenth of that. */
const MOST_PLACES = 100_000

type Found = readonly WordPlace[] | 'too common'

/**
 * A tree for many readers at once: what several look for at the same time is looked for in one go, and what was found is
 * known from then on. Most of what a look costs is the program that makes it. Closing it closes the tree.
 */
export function sharedTree(tree: HeadTree): HeadTree {
  const texts = new Map<string, string | undefined>()
  const words = new Map<string, Found>()
  let characters = 0
  let placesKept = 0

  const read = createBatching<readonly string[], ReadonlyMap<string, string>>(async (asked, signal) => {
    const wanted = [...new Set(asked.flat())].filter((path) => !texts.has(path))
    const found = await tree.files(wanted, signal)
    for (const path of wanted) {
      const text = found.get(path)
      characters += text?.length ?? 0
      if (characters <= MOST_KEPT) texts.set(path, text)
    }
    return asked.map(() => found)
  })

  const lookFor = createBatching<readonly string[], ReadonlyMap<string, Found>>(async (asked, signal) => {
    const wanted = [...new Set(asked.flat())].filter((word) => !words.has(word))
    const found = new Map<string, Found>()
    for (let at = 0; at < wanted.length; at += MAX_SEARCH_WORDS) {
      const some = wanted.slice(at, at + MAX_SEARCH_WORDS)
      const { places, tooCommon } = await tree.search(some, signal)
      const where = new Map<string, WordPlace[]>(some.map((word) => [word, []]))
      for (const place of places) where.get(place.word)?.push(place)
      for (const word of some)
        found.set(word, tooCommon.includes(word) ? 'too common' : (where.get(word) ?? []))
    }
    for (const [word, where] of found) {
      placesKept += where === 'too common' ? 0 : where.length
      if (placesKept <= MOST_PLACES) words.set(word, where)
    }
    return asked.map(() => found)
  })

  async function files(paths: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
    signal.throwIfAborted()
    const missing = paths.filter((path) => !texts.has(path))
    const fresh = missing.length > 0 ? await read(missing, signal) : new Map<string, string>()
    return new Map(
      paths.flatMap((path) => {
        const text = texts.get(path) ?? fresh.get(path)
        return text === undefined ? [] : [[path, text] as const]
      }),
    )
  }

  return {
    file: async (path, signal) => (await files([path], signal)).get(path),
    files,
    paths: (signal) => tree.paths(signal),
    async search(asked, signal) {
      signal.throwIfAborted()
      const wanted = [...new Set(asked)].slice(0, MAX_SEARCH_WORDS)
      const isKnown = wanted.every((word) => words.has(word))
      const fresh = isKnown ? words : await lookFor(wanted, signal)
      const found = wanted.map((word) => ({ word, where: words.get(word) ?? fresh.get(word) ?? [] }))
      return {
        places: found
          .flatMap(({ where }) => (where === 'too common' ? [] : where))
          .toSorted((a, b) => compare(a.path, b.path) || a.line - b.line || compare(a.word, b.word)),
        tooCommon: found.flatMap(({ word, where }) => (where === 'too common' ? [word] : [])).toSorted(),
      }
    },
    close: () => tree.close(),
  }
}

/** By code units, as `toSorted` does. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
