import { decodeText } from '../base/decode-text.ts'
import { PermanentError } from '../base/errors.ts'
import type { CommitId } from '../github/github.ts'
import {
  MAX_PLACES,
  MAX_SEARCH_WORDS,
  MAX_TREE_FILE_BYTES,
  MAX_TREE_PATHS,
  type HeadTree,
  type WordPlace,
} from '../review/head-tree.ts'
import { LocalRepository } from './local-repository.ts'
import { readContents } from './read-contents.ts'
import type { GitOptions, GitResult } from './run-git.ts'

/**
 * Objects that are not here stay away: a partial clone would fetch them one by one, thousands of them, and nobody asked
 * for that. An older git does not know the first variable, and is stopped by the second.
 */
const noNetwork = { GIT_NO_LAZY_FETCH: '1', GIT_ALLOW_PROTOCOL: 'none' }

const MAX_LISTING_BYTES = 64_000_000
const MAX_PLACES_BYTES = 32_000_000
const LONGEST_WORD = 200
/** Of up to 4,096 bytes each: all together stay below what a command line takes. */
const PATHS_AT_ONCE = 100

/** The files of a commit whose objects are in a git folder on this machine. Closing it calls `release`, once. */
export function openCommitTree(
  gitFolder: string,
  commit: CommitId,
  release: () => Promise<void> = () => Promise.resolve(),
): HeadTree {
  let closing: Promise<void> | undefined

  return {
    file: async (path, signal) => (await files([path], signal)).get(path),

    files,

    async paths(signal) {
      const listing = ['ls-tree', '-r', '-z', '--full-tree', commit]
      const { stdout } = await git(listing, { maxBytes: MAX_LISTING_BYTES, cutsOutput: true }, signal)
      return readEntries(stdout)
        .map(({ path }) => path)
        .toSorted()
        .slice(0, MAX_TREE_PATHS)
    },

    async search(words, signal) {
      const tooCommon: string[] = []
      let wanted = [...new Set(words)].filter(isSearchable).slice(0, MAX_SEARCH_WORDS)
      while (wanted.length > 0) {
        const { stdout, isCut } = await git(
          grep(wanted, commit),
          { maxBytes: MAX_PLACES_BYTES, cutsOutput: true },
          signal,
          [1],
        )
        const places = readPlaces(stdout, commit)
        const common = commonest(places, isCut)
        if (isCut && common.size === 0) throw new PermanentError('git grep wrote what nobody can read')
        tooCommon.push(...common)
        if (!isCut) {
          return { places: places.filter(({ word }) => !common.has(word)), tooCommon: tooCommon.toSorted() }
        }
        wanted = wanted.filter((word) => !common.has(word))
      }
      return { places: [], tooCommon: tooCommon.toSorted() }
    },

    close: () => (closing ??= release()),
  }

  async function files(paths: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
    const wanted = [...new Set(paths)].filter(isPath)
    const blobs = new Map<string, string>()
    for (let at = 0; at < wanted.length; at += PATHS_AT_ONCE) {
      const some = wanted.slice(at, at + PATHS_AT_ONCE)
      const { stdout } = await git(['ls-tree', '-z', '-l', '--full-tree', commit, '--', ...some], {}, signal)
      for (const { path, blob, bytes } of readEntries(stdout)) {
        // A blob that a partial clone does not have has no size.
        if (bytes <= MAX_TREE_FILE_BYTES) blobs.set(path, blob)
      }
    }
    const contents = await readContents(new LocalRepository(gitFolder, signal, noNetwork), blobs.values())
    return new Map(
      wanted.flatMap((path) => {
        const { content } = contents.get(blobs.get(path) ?? '') ?? {}
        return content === undefined ? [] : [[path, content] as const]
      }),
    )
  }

  async function git(
    args: readonly string[],
    options: Omit<GitOptions, 'folder'>,
    signal: AbortSignal,
    answers?: readonly number[],
  ): Promise<GitResult> {
    return await new LocalRepository(gitFolder, signal, noNetwork).run(args, options, answers)
  }
}

interface TreeEntry {
  readonly path: string
  readonly blob: string
  /** NaN where the listing does not tell. */
  readonly bytes: number
}

/** Regular files of `git ls-tree -z`: `mode SP type SP id [SP size] TAB path NUL`. A cut last one is left out. */
function readEntries(listing: Uint8Array): TreeEntry[] {
  return records(listing, 0).flatMap((record) => {
    const [, blob, size, path] = /^100\d{3} blob ([0-9a-f]+)(?: +(\S+))?\t([^]+)$/.exec(record) ?? []
    return blob === undefined || path === undefined ? [] : [{ path, blob, bytes: Number(size) }]
  })
}

/** Others would be an error of git's own: it takes a path for one of this machine before it looks into the tree. */
function isPath(path: string): boolean {
  return !path.includes('\0') && !path.split('/').some((name) => ['', '.', '..'].includes(name))
}

function isSearchable(word: string): boolean {
  return word !== '' && word.length <= LONGEST_WORD && !/[\n\r\0]/.test(word)
}

/** All that the settings of a user could change is said. */
const grepOptions = [
  '--extended-regexp --word-regexp --only-matching --line-number --null --full-name -I',
  '--no-ignore-case --no-column --no-color --no-heading --no-break',
  '--no-textconv --no-ext-grep --no-recurse-submodules --max-depth=-1',
].flatMap((options) => options.split(' '))

/** One pattern of alternatives: on 6,000 files 60 words took 0.6 s so, and 2.4 s as 60 patterns. */
function grep(words: readonly string[], commit: CommitId): string[] {
  const pattern = words.map((word) => word.replace(/[\\^$.|?*+()[\]{}]/g, String.raw`\$&`)).join('|')
  return ['grep', ...grepOptions, '-e', `(${pattern})`, commit, '--']
}

/** What `git grep -o -n -z` wrote: `commit:path NUL line NUL word LF`. A cut last one is left out. */
function readPlaces(output: Uint8Array, commit: CommitId): WordPlace[] {
  const places = new Map<string, WordPlace>()
  const copies = new Map<string, string>()
  /** The engine keeps the whole of a text for a part of it: 32 MB for one path. */
  function copy(part: string): string {
    const made = copies.get(part) ?? Buffer.from(part).toString()
    copies.set(made, made)
    return made
  }
  // A path may hold line feeds: what comes before the first NUL of a record is one, however many lines it has.
  const text = new TextDecoder().decode(output)
  const record = new RegExp(`${commit}:([^\\0]+)\\0(\\d+)\\0([^\\n]+)\\n`, 'gy')
  for (const [, path = '', line = '', word = ''] of text.matchAll(record)) {
    if (path.includes('\uFFFD')) continue
    places.set(`${path}\0${line}\0${word}`, { path: copy(path), line: Number(line), word: copy(word) })
  }
  return [...places.values()].toSorted(
    (a, b) => compare(a.path, b.path) || a.line - b.line || compare(a.word, b.word),
  )
}

/**
 * Words that are certainly too common. Of output that was cut at least one is: had none more than `MAX_PLACES` places,
 * all together would fit; names of a length that no repository has could break that, and then the most frequent one goes.
 */
function commonest(places: readonly WordPlace[], isCut: boolean): ReadonlySet<string> {
  const counts = new Map<string, number>()
  for (const { word } of places) counts.set(word, (counts.get(word) ?? 0) + 1)
  const common = new Set([...counts].filter(([, count]) => count > MAX_PLACES).map(([word]) => word))
  if (isCut && common.size === 0) {
    const [most] = [...counts].toSorted(([a, m], [b, n]) => n - m || compare(a, b))
    if (most) common.add(most[0])
  }
  return common
}

/** Names that are no UTF-8 text are left out: two of them could look the same. */
function records(output: Uint8Array, end: number): string[] {
  const found: string[] = []
  for (let start = 0, stop; (stop = output.indexOf(end, start)) !== -1; start = stop + 1) {
    const text = decodeText(output.subarray(start, stop))
    if (text !== undefined) found.push(text)
  }
  return found
}

/** By code units, as `toSorted` does. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
