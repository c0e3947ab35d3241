import path from 'node:path'
import { PermanentError } from '../base/errors.ts'
import { parsePatch } from '../diff/parse-patch.ts'
import type { CommitId } from '../github/github.ts'
import type { Change } from '../review/change.ts'
import { guidelineFiles, readGuidelines } from '../review/guidelines/read-guidelines.ts'
import { changedBlobs } from './changed-blobs.ts'
import { chooseBase, type ChosenBase } from './choose-base.ts'
import { openCommitTree } from './commit-tree.ts'
import { diffCommits } from './diff-commits.ts'
import { findRepository, type LocalRepository } from './local-repository.ts'
import { readContents } from './read-contents.ts'
import { readFilesAt } from './read-files-at.ts'
import { findWorkTree, hasUncommittedChanges } from './work-tree.ts'

export interface LocalRange {
  /** The repository, or any folder in it. */
  readonly folder: string
  /** A branch, tag or commit; the default branch unless told. */
  readonly base?: string
  /** A branch, tag or commit; what is checked out unless told. Uncommitted changes are not part of it. */
  readonly head?: string
}

export interface LocalChange extends Change {
  /** The merge base: what the change is compared with. */
  readonly baseCommit: CommitId
  readonly headCommit: CommitId
  /** The name of the branch that the merge base was found with. */
  readonly baseName: string
  /** Whether the head is checked out with changes beside it, which are not part of this one. */
  readonly leavesUncommitted: boolean
}

/**
 * What a branch changes since it left its base: the same as GitHub shows for a pull request.
 * Throws a permanent error that says what to do when the folder is no repository, a name means no commit, the base
 * cannot be told, or the two have no common history.
 */
export async function readLocalChange(range: LocalRange, signal: AbortSignal): Promise<LocalChange> {
  const repository = await findRepository(range.folder, signal)
  const headCommit = await commitOf(repository, range.head ?? 'HEAD', '--head')
  const base = await namedBase(repository, range.base)
  const baseCommit = await mergeBase(repository, base, headCommit)
  const diffs = parsePatch(await diffCommits(repository, baseCommit, headCommit))
  const blobs = await changedBlobs(repository, baseCommit, headCommit)
  const contents = await readContents(repository, blobs.values())
  const guides = await readFilesAt(repository, baseCommit, guidelineFiles)
  return {
    name: path.basename(path.resolve(range.folder)),
    ...(await describe(repository, baseCommit, headCommit)),
    files: diffs.map((diff) => ({ diff, ...contents.get(blobs.get(diff.path) ?? '') })),
    complete: true,
    ...(await readGuidelines((file) => Promise.resolve(guides.get(file)))),
    baseCommit,
    headCommit,
    openHead: () =>
      Promise.resolve({ kind: 'opened', tree: openCommitTree(repository.gitFolder, headCommit) }),
    baseName: base.name,
    leavesUncommitted: await leavesUncommitted(range.folder, repository, headCommit, signal),
  }
}

async function leavesUncommitted(
  folder: string,
  repository: LocalRepository,
  head: CommitId,
  signal: AbortSignal,
): Promise<boolean> {
  if ((await repository.commit('HEAD')) !== head) return false
  const workTree = await findWorkTree(folder, signal)
  return workTree !== undefined && (await hasUncommittedChanges(workTree, signal))
}

async function namedBase(repository: LocalRepository, name: string | undefined): Promise<ChosenBase> {
  if (name === undefined) return await chooseBase(repository)
  return { name, commit: await commitOf(repository, name, '--base') }
}

async function commitOf(repository: LocalRepository, name: string, option: string): Promise<CommitId> {
  const commit = await repository.commit(name)
  if (commit) return commit
  throw new PermanentError(
    name === 'HEAD' ? 'the repository has no commit yet' : `${option} ${name}: there is no such commit here`,
  )
}

async function mergeBase(repository: LocalRepository, base: ChosenBase, head: CommitId): Promise<CommitId> {
  const found = await repository.answer('merge-base', base.commit, head)
  const commit = found && (await repository.commit(found))
  if (commit) return commit
  throw new PermanentError(
    `${base.name} and the head have no common history here (in a shallow clone: git fetch --unshallow)`,
  )
}

/** What the author says about the change: the subject of one commit, or the messages of several, newest first. */
async function describe(
  repository: LocalRepository,
  base: CommitId,
  head: CommitId,
): Promise<Pick<Change, 'title' | 'body'>> {
  const format = [
    '--no-show-signature',
    '--no-color',
    '--encoding=UTF-8',
    '--format=%B%x00',
    '--max-count=20',
  ]
  const output = await repository.answer('log', ...format, `${base}..${head}`)
  const messages = (output ?? '').split('\0').flatMap((message) => message.trim() || [])
  const [title = '', ...rest] = messages[0]?.split('\n') ?? []
  return { title, body: [rest.join('\n').trim(), ...messages.slice(1)].filter(Boolean).join('\n\n') }
}
