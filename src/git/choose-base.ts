import { PermanentError } from '../base/errors.ts'
import type { CommitId } from '../github/github.ts'
import type { LocalRepository } from './local-repository.ts'

export interface ChosenBase {
  /** As a person would name it. */
  readonly name: string
  readonly commit: CommitId
}

/**
 * The branch that a change is compared with unless a person names one: the default branch of the remote `origin`,
 * else `main` or `master` there or here, else the branch that the current one follows. A branch is never compared with itself.
 */
export async function chooseBase(repository: LocalRepository): Promise<ChosenBase> {
  const current = await repository.answer('symbolic-ref', '--quiet', 'HEAD')
  const candidates = [
    await repository.answer('symbolic-ref', '--quiet', 'refs/remotes/origin/HEAD'),
    'refs/remotes/origin/main',
    'refs/remotes/origin/master',
    'refs/heads/main',
    'refs/heads/master',
    await upstreamOf(repository, current),
  ]
  for (const candidate of candidates) {
    if (!candidate || candidate === current) continue
    const commit = await repository.commit(candidate)
    if (commit) return { name: shortName(candidate), commit }
  }
  const on = current === undefined ? 'HEAD' : shortName(current)
  throw new PermanentError(
    `there is no branch to compare ${on} with: name a commit or branch, such as --base HEAD~1`,
  )
}

async function upstreamOf(
  repository: LocalRepository,
  branch: string | undefined,
): Promise<string | undefined> {
  if (!branch) return undefined
  return (await repository.answer('for-each-ref', '--format=%(upstream)', branch)) || undefined
}

function shortName(ref: string): string {
  return ref.replace(/^refs\/(?:heads|remotes)\//, '')
}
