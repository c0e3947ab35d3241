import { mapBounded } from '../base/concurrency.ts'
import { errorKind, errorMessage } from '../base/errors.ts'
import { addedContent } from '../diff/added-content.ts'
import type { FileDiff, Hunk } from '../diff/file-diff.ts'
import type { ChangedFile, CommitId, GitHubRepository, PullRequest } from '../github/github.ts'
import type { Change, ChangedText } from './change.ts'
import { contentOf, type FileContent } from './content-of.ts'
import type { BaseGuidelines } from './guidelines/base-guidelines.ts'
import type { HeadTrees } from './head-tree.ts'
import { readListedLines } from './read-listed-lines.ts'

const READS_AT_ONCE = 6
/** Larger files are skipped by rule anyway: their content is not read. */
const MAX_CONTENT_BYTES = 2_000_000

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
  const blobs = listed.flatMap(({ file, content }) => (content === 'in-blob' ? [{ blob: file.blobId }] : []))
  const contents = await repository.contents([...guides, ...blobs], signal)
  const read = await guiding?.read(contents.slice(0, guides.length))
  const known = new Map(blobs.map(({ blob }, index) => [blob, contents[guides.length + index]]))
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
      (one) => gatherFile(repository, one, known.get(one.file.blobId), { mergeBase, diffBlobs }, signal),
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

/** `bytes` are those of its blob, where they are known. */
async function gatherFile(
  repository: GitHubRepository,
  { file, lines, content }: ListedFile,
  bytes: Uint8Array | undefined,
  {
    mergeBase,
    diffBlobs,
  }: { readonly mergeBase: () => Promise<CommitId | undefined>; readonly diffBlobs: DiffBlobs },
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
    return content === 'in-blob' ? decode(bytes) : { content: content.text }
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
      return { diff: { ...described, hunks: await diffBlobs(before, after, signal) }, ...decode(after) }
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

/** Nothing for what GitHub does not give, or is too large to be reviewed. */
function decode(bytes: Uint8Array | undefined): FileContent {
  return bytes && bytes.byteLength <= MAX_CONTENT_BYTES ? contentOf(bytes) : {}
}

function once<Result>(compute: () => Promise<Result>): () => Promise<Result> {
  let result: Promise<Result> | undefined
  return () => (result ??= compute())
}
