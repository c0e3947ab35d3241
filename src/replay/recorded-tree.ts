import { compareText } from '../base/compare-text.ts'
import { z } from 'zod'
import { MAX_TREE_PATHS, type HeadTree, type OpenedHeadTree } from '../review/head-tree.ts'

/** What a review looked up in the files of the head. Credentials are hidden in it. */
export const recordedTree = z.object({
  /** Text by path; null where there was none. */
  files: z.record(z.string(), z.string().nullable()),
  /** Places by word; null for one that was too common. */
  words: z.record(z.string(), z.array(z.tuple([z.string(), z.int()])).nullable()),
  /** Set when all paths were asked for. */
  paths: z.array(z.string()).max(MAX_TREE_PATHS).exactOptional(),
})
export type RecordedTree = z.output<typeof recordedTree>

export interface RecordingTree {
  readonly tree: HeadTree
  record(): RecordedTree
}

/** The same tree, which remembers what it said. */
export function recordingTree(tree: HeadTree): RecordingTree {
  const files = new Map<string, string | null>()
  const words = new Map<string, [string, number][] | null>()
  let paths: readonly string[] | undefined

  async function readFiles(
    asked: readonly string[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, string>> {
    const found = await tree.files(asked, signal)
    for (const path of asked) files.set(path, found.get(path) ?? null)
    return found
  }

  return {
    tree: {
      file: async (path, signal) => (await readFiles([path], signal)).get(path),
      files: readFiles,
      async paths(signal) {
        paths = await tree.paths(signal)
        return paths
      },
      async search(asked, signal) {
        const found = await tree.search(asked, signal)
        const common = new Set(found.tooCommon)
        for (const word of asked) words.set(word, common.has(word) ? null : [])
        for (const { path, line, word } of found.places) words.get(word)?.push([path, line])
        return found
      },
      close: () => tree.close(),
    },
    record: () => ({
      files: byName(files),
      words: byName(words),
      ...(paths && { paths: [...paths] }),
    }),
  }
}

/** In one order, whichever unit asked first. */
function byName<Value>(values: ReadonlyMap<string, Value>): Record<string, Value> {
  return Object.fromEntries([...values].toSorted(([a], [b]) => compareText(a, b)))
}

/** A tree that knows what is on record, and nothing else: what was not asked for then is not there. */
export function replayingTree({ files, words, paths = [] }: RecordedTree): HeadTree {
  const readFiles = (asked: readonly string[]): ReadonlyMap<string, string> =>
    new Map(
      asked.flatMap((path) => {
        const text = Object.hasOwn(files, path) ? files[path] : undefined
        return typeof text === 'string' ? [[path, text] as const] : []
      }),
    )
  const placesOf = (word: string): [string, number][] | null =>
    Object.hasOwn(words, word) ? (words[word] ?? null) : []
  return {
    file: (path) => Promise.resolve(readFiles([path]).get(path)),
    files: (asked) => Promise.resolve(readFiles(asked)),
    paths: () => Promise.resolve(paths),
    search: (asked) =>
      Promise.resolve({
        places: asked
          .flatMap((word) => (placesOf(word) ?? []).map(([path, line]) => ({ path, line, word })))
          .toSorted((a, b) => compareText(a.path, b.path) || a.line - b.line || compareText(a.word, b.word)),
        tooCommon: asked.filter((word) => placesOf(word) === null).toSorted(),
      }),
    close: () => Promise.resolve(),
  }
}

/** What a review is given for its head when it is made again. */
export function replayedHead(tree: RecordedTree | undefined): { openHead?: () => Promise<OpenedHeadTree> } {
  return tree ? { openHead: () => Promise.resolve({ kind: 'opened', tree: replayingTree(tree) }) } : {}
}
