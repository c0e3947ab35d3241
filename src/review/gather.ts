import { mapBounded } from '../base/concurrency.ts'
import { errorMessage } from '../base/errors.ts'
import { addedContent } from '../diff/added-content.ts'
import type { FileDiff, Hunk } from '../diff/file-diff.ts'
import { parseHunks } from '../diff/parse-patch.ts'
import type { ChangedFile, CommitId, GitHubRepository, PullRequest } from '../github/github.ts'
import type { Change, ChangedText } from './change.ts'

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
}

/** Reads what a review of a pull request needs. A file whose diff cannot be had is named as such, never left out. */
export async function gatherPullRequest(
  repository: GitHubRepository,
  pullRequest: PullRequest,
  options: GatherOptions,
  signal: AbortSignal,
): Promise<Change> {
  const { files, complete } = await repository.changedFiles(pullRequest.number, signal)
  const mergeBase = once(() => repository.mergeBase(pullRequest.base.commit, pullRequest.head.commit, signal))
  return {
    name: `${pullRequest.base.repository}#${pullRequest.number}`,
    title: pullRequest.title,
    body: pullRequest.body,
    complete,
    files: await mapBounded(
      files,
      READS_AT_ONCE,
      (file) => gatherFile(repository, file, mergeBase, options, signal),
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
  const { files } = await repository.changedFiles(number, signal)
  return new Map(files.map((file) => [file.path, { ...describe(file), hunks: readHunks(file) ?? [] }]))
}

async function gatherFile(
  repository: GitHubRepository,
  file: ChangedFile,
  mergeBase: () => Promise<CommitId | undefined>,
  { diffBlobs, needsContent }: GatherOptions,
  signal: AbortSignal,
): Promise<ChangedText> {
  const described = describe(file)
  const unreadable = (reason: string): ChangedText => ({
    diff: { ...described, hunks: [] },
    unreadable: reason,
  })
  let hunks: readonly Hunk[] | undefined
  try {
    hunks = readHunks(file)
  } catch (error) {
    return unreadable(errorMessage(error))
  }
  if (hunks) {
    const diff = { ...described, hunks }
    const content = await gatherContent()
    return content === undefined ? { diff } : { diff, content }
  }
  if (file.status === 'removed' || file.additions + file.deletions === 0) {
    // Nothing to show: a binary file, a pure rename, a mode change, an empty file, or one that is gone.
    return { diff: { ...described, hunks: [], binary: isBinary(file) } }
  }
  return await gatherWithheld()

  async function gatherContent(): Promise<string | undefined> {
    if (file.status === 'removed' || !needsContent(file.path)) return undefined
    const added = addedContent({ ...described, hunks: hunks ?? [] })
    if (added !== undefined) return added
    return decode(await repository.blob(file.blobId, signal))
  }

  /** GitHub withholds large patches: then the diff is made from both blobs. */
  async function gatherWithheld(): Promise<ChangedText> {
    const after = await repository.blob(file.blobId, signal)
    if (!after) return unreadable('GitHub gives neither its patch nor its content')
    const before = await gatherBefore()
    if (!before) return unreadable('GitHub gives neither its patch nor its former content')
    const diff = { ...described, hunks: await diffBlobs(before, after, signal) }
    const content = decode(after)
    return content === undefined ? { diff } : { diff, content }
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

/** GitHub does not say it: content changed, and yet it counts no line. */
function isBinary({ status, blobId }: ChangedFile): boolean {
  return status === 'modified' || (status === 'added' && blobId !== EMPTY_BLOB)
}

/** The id that git gives to a blob of no bytes. */
const EMPTY_BLOB = 'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391'

function readHunks({ patch }: ChangedFile): readonly Hunk[] | undefined {
  return patch === undefined ? undefined : parseHunks(patch)
}

/** Text, or undefined for what is not UTF-8, holds NUL, or is too large to be reviewed. */
function decode(bytes: Uint8Array | undefined): string | undefined {
  if (!bytes || bytes.byteLength > MAX_CONTENT_BYTES || bytes.includes(0)) return undefined
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

function once<Result>(compute: () => Promise<Result>): () => Promise<Result> {
  let result: Promise<Result> | undefined
  return () => (result ??= compute())
}
