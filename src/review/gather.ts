import { mapBounded } from '../base/concurrency.ts'
import { errorKind, errorMessage } from '../base/errors.ts'
import { addedContent } from '../diff/added-content.ts'
import type { FileDiff, Hunk } from '../diff/file-diff.ts'
import type {
  ChangedFile,
  CommitId,
  ContentPlace,
  GitHubRepository,
  PlaceContent,
  PullRequest,
} from '../github/github.ts'
import type { Change, ChangedText } from './change.ts'
import {
  BEYOND_ALL_CONTENTS,
  contentOf,
  MAX_CONTENT_BYTES,
  MAX_CONTENTS_BYTES,
  type FileContent,
} from './content-of.ts'
import type { BaseGuidelines } from './guidelines/base-guidelines.ts'
import type { HeadTrees } from './head-tree.ts'
import { readListedLines } from './read-listed-lines.ts'

const READS_AT_ONCE = 6
/** As many as come in one call. */
const CONTENTS_AT_ONCE = 100

/** The hunks between two contents, as git makes them. */
export type DiffBlobs = (
  before: Uint8Array,
  after: Uint8Array,
  signal: AbortSignal,
) => Promise<readonly Hunk[]>

export interface GatherOptions {
  readonly diffBlobs: DiffBlobs
  /** Whether anyone needs the whole new content of a file: each costs a read. */
  readonly needsContent: (path: string) => boolean
  /** Absent when nobody reads guidelines: without a model. */
  readonly guidelines?: BaseGuidelines
  /** Without it the files around the change stay unknown. */
  readonly headTrees?: HeadTrees
}

/**
 * Reads what a review of a pull request needs besides the list of its files. A file whose diff cannot be had is named as
 * such, never left out.
 */
export async function gatherPullRequest(
  repository: GitHubRepository,
  pullRequest: PullRequest,
  files: readonly ChangedFile[],
  options: GatherOptions,
  signal: AbortSignal,
): Promise<Change> {
  const { headTrees, diffBlobs } = options
  const listed = files.map((file) => listFile(file, options))
  // Everything that is surely needed comes at once.
  const guiding = options.guidelines?.(pullRequest.base)
  const guides = guiding?.missing ?? []
  const inBlobs = listed.flatMap(({ file, content }) => (content === 'in-blob' ? [file.blobId] : []))
  const blobs = [...new Set(inBlobs)]
  const kept = createKept()
  const places = [...guides, ...blobs.map((blob) => ({ blob }))]
  const contents = await readContents(repository, places, kept, signal)
  const read = await guiding?.read(contents.slice(0, guides.length))
  const known = new Map(blobs.map((blob, index) => [blob, contents[guides.length + index]]))
  const mergeBase = once(() => repository.mergeBase(pullRequest.base.commit, pullRequest.head.commit, signal))
  return {
    name: `${pullRequest.base.repository}#${pullRequest.number}`,
    title: pullRequest.title,
    body: pullRequest.body,
    complete: files.length >= pullRequest.changedFiles,
    ...read,
    ...(headTrees && {
      openHead: (opening: AbortSignal) => headTrees.open(repository, pullRequest.head.commit, opening),
    }),
    files: await mapBounded(
      listed,
      READS_AT_ONCE,
      (one) =>
        gatherFile(repository, one, known.get(one.file.blobId), { mergeBase, diffBlobs, kept }, signal),
      signal,
    ),
  }
}

/** The diffs alone, by path: what GitHub would accept comments on now. */
export async function gatherDiffs(
  repository: GitHubRepository,
  number: number,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, FileDiff>> {
  const files = await repository.changedFiles(number, signal)
  return new Map(
    files.map((file) => {
      const read = readListedLines(file)
      return [file.path, { ...describe(file), hunks: read.kind === 'hunks' ? read.hunks : [] }]
    }),
  )
}

/** A file with what the list says of its lines, and where its new content stands if anyone needs that. */
interface ListedFile {
  readonly file: ChangedFile
  readonly lines: ReturnType<typeof readListedLines>
  readonly content: { readonly text: string } | 'in-blob' | 'not-needed'
}

function listFile(file: ChangedFile, { needsContent }: Pick<GatherOptions, 'needsContent'>): ListedFile {
  const lines = readListedLines(file)
  if (lines.kind !== 'hunks' || file.status === 'removed' || !needsContent(file.path)) {
    return { file, lines, content: 'not-needed' }
  }
  const text = addedContent({ ...describe(file), hunks: lines.hunks })
  return { file, lines, content: text === undefined ? 'in-blob' : { text } }
}

/** What is kept of the contents of one change. */
interface Kept {
  readonly isFull: () => boolean
  /** Nothing for what GitHub does not give. */
  readonly keep: (content: PlaceContent) => FileContent | undefined
}

function createKept(): Kept {
  let left = MAX_CONTENTS_BYTES
  return {
    isFull: () => left < 0,
    keep: (content) => {
      if (content === undefined) return undefined
      const text = contentOf(content)
      left -= text.content?.length ?? 0
      return left < 0 && text.content !== undefined ? BEYOND_ALL_CONTENTS : text
    },
  }
}

/** The texts of places, in their order. The bytes of some are gone before the next come: a hostile change has gigabytes. */
async function readContents(
  repository: GitHubRepository,
  places: readonly ContentPlace[],
  { isFull, keep }: Kept,
  signal: AbortSignal,
): Promise<readonly (FileContent | undefined)[]> {
  const texts: (FileContent | undefined)[] = []
  for (let at = 0; at < places.length; at += CONTENTS_AT_ONCE) {
    const some = places.slice(at, at + CONTENTS_AT_ONCE)
    const contents = isFull() ? undefined : await repository.contents(some, MAX_CONTENT_BYTES, signal)
    texts.push(...(contents?.map(keep) ?? some.map(() => BEYOND_ALL_CONTENTS)))
  }
  return texts
}

/** `known` is what its blob holds, where that was read. */
async function gatherFile(
  repository: GitHubRepository,
  { file, lines, content }: ListedFile,
  known: FileContent | undefined,
  {
    mergeBase,
    diffBlobs,
    kept,
  }: {
    readonly mergeBase: () => Promise<CommitId | undefined>
    readonly diffBlobs: DiffBlobs
    readonly kept: Kept
  },
  signal: AbortSignal,
): Promise<ChangedText> {
  const described = describe(file)
  const unreadable = (reason: string): ChangedText => ({
    diff: { ...described, hunks: [] },
    unreadable: reason,
  })
  switch (lines.kind) {
    case 'malformed':
      return unreadable(lines.problem)
    case 'hunks':
      return { diff: { ...described, hunks: lines.hunks }, ...gatheredContent() }
    case 'withheld':
      return countsLines(file) ? await gatherWithheld() : await gatherUncounted()
  }

  function gatheredContent(): FileContent {
    if (content === 'not-needed') return {}
    return content === 'in-blob' ? { ...known } : { content: content.text }
  }

  /** GitHub withholds large patches: then the diff is made from both blobs. */
  async function gatherWithheld(): Promise<ChangedText> {
    if (file.status === 'removed') return { diff: { ...described, hunks: [] } }
    const after = await repository.blob(file.blobId, signal)
    if (!after) return unreadable('GitHub gives neither its patch nor its content')
    const before = await gatherBefore()
    if (!before) return unreadable('GitHub gives neither its patch nor its former content')
    return await compare(before, after)
  }

  /**
   * No patch and no line counted: a pure rename, an empty file, a changed mode, a binary file; or one that attributes of
   * the repository declare binary (`-diff`), and which nobody may hide by that. The bytes tell.
   */
  async function gatherUncounted(): Promise<ChangedText> {
    const nothing = { diff: { ...described, hunks: [] } }
    if (['removed', 'renamed', 'copied'].includes(file.status) || file.blobId === EMPTY_BLOB) return nothing
    const binary = { diff: { ...nothing.diff, binary: true } }
    if (binaryName.test(file.path)) return binary
    const after = await repository.blob(file.blobId, signal)
    if (!after) return unreadable('GitHub gives neither its patch nor its content')
    if (isBinary(after)) return binary
    const before = await gatherBefore()
    if (!before) return unreadable('GitHub gives neither its patch nor its former content')
    return isBinary(before) ? binary : await compare(before, after)
  }

  async function compare(before: Uint8Array, after: Uint8Array): Promise<ChangedText> {
    try {
      return { diff: { ...described, hunks: await diffBlobs(before, after, signal) }, ...kept.keep(after) }
    } catch (error) {
      if (errorKind(error) !== 'permanent') throw error
      return unreadable(errorMessage(error))
    }
  }

  async function gatherBefore(): Promise<Uint8Array | undefined> {
    if (file.status === 'added') return new Uint8Array()
    const commit = await mergeBase()
    return commit && (await repository.fileAt(file.previousPath ?? file.path, commit, signal))
  }
}

function describe(file: ChangedFile): Omit<FileDiff, 'hunks'> {
  return {
    path: file.path,
    oldPath: file.previousPath ?? file.path,
    status: STATUS[file.status],
    binary: false,
  }
}

const STATUS = {
  added: 'added',
  removed: 'deleted',
  modified: 'modified',
  renamed: 'renamed',
  copied: 'copied',
  changed: 'modified',
  unchanged: 'modified',
} as const

/** The id that git gives to a blob of no bytes. */
const EMPTY_BLOB = 'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391'

/** Names that spare a read: nobody runs text under them. */
const binaryName =
  /\.(?:avif|bmp|eot|gif|gz|heic|ico|jar|jpe?g|mov|mp[34]|ogg|otf|pdf|png|tiff?|ttf|wav|webm|webp|woff2?|xz|zip)$/i

/** As git tells it. */
function isBinary(bytes: Uint8Array): boolean {
  return bytes.subarray(0, 8_000).includes(0)
}

function countsLines({ additions, deletions }: ChangedFile): boolean {
  return additions + deletions > 0
}

function once<Result>(compute: () => Promise<Result>): () => Promise<Result> {
  let result: Promise<Result> | undefined
  return () => (result ??= compute())
}
