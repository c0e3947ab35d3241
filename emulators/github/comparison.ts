import { gitAnswer } from './git.ts'
import type { PullRequest } from './pull-request.ts'
import { diffCommits, mergeBase, type DiffFile } from './pull-request-diff.ts'
import type { ChangeSize } from './shapes/pull-request.ts'
import type { Repository } from './world.ts'

/** What a pull request changes: its head against the merge base. */
export interface Comparison {
  readonly mergeBase: string
  readonly files: readonly DiffFile[]
  readonly size: ChangeSize
}

const remembered = new WeakMap<Repository, Map<string, Promise<Comparison>>>()

/** Reads the comparison of the pull request at one of its heads; the last few of a repository are remembered. */
export async function comparisonOf(
  repository: Repository,
  pullRequest: PullRequest,
  head = pullRequest.head.commit,
): Promise<Comparison> {
  const known = remembered.get(repository) ?? new Map<string, Promise<Comparison>>()
  remembered.set(repository, known)
  const key = `${pullRequest.base.commit}...${head}`
  const found = known.get(key) ?? compare(repository.folder, pullRequest.base.commit, head)
  known.delete(key)
  known.set(key, found)
  for (const oldest of known.keys()) {
    if (known.size <= 200) break
    known.delete(oldest)
  }
  return found
}

async function compare(folder: string, base: string, head: string): Promise<Comparison> {
  const common = await mergeBase(folder, base, head)
  if (common === undefined) throw new Error(`${base} and ${head} have no history in common`)
  const files = await diffCommits(folder, common, head)
  const commits = Number(await gitAnswer(folder, 'rev-list', '--count', `${common}..${head}`))
  const sum = (count: (file: DiffFile) => number): number =>
    files.reduce((total, file) => total + count(file), 0)
  const size = {
    commits,
    changedFiles: files.length,
    additions: sum((file) => file.additions),
    deletions: sum((file) => file.deletions),
  }
  return { mergeBase: common, files, size }
}

/** The commit behind a branch, a tag or an id (also shortened); undefined when there is none. */
export async function resolveCommit(folder: string, name: string): Promise<string | undefined> {
  // Neither an option nor an expression of git: only names.
  if (!/^[^-\s~^:?*[\\@][^\s~^:?*[\\]*$/.test(name)) return undefined
  return (
    (await gitAnswer(folder, 'rev-parse', '--verify', '--quiet', `refs/heads/${name}^{commit}`)) ??
    (await gitAnswer(folder, 'rev-parse', '--verify', '--quiet', `${name}^{commit}`))
  )
}
