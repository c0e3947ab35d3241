import { resolveCommit } from '../comparison.ts'
import { gitAnswer } from '../git.ts'
import { GitHubError } from '../github-error.ts'
import type { Call } from '../operation.ts'
import type { PullRequest } from '../pull-request.ts'
import type { Repository } from '../world.ts'

/** Under which name a caller writes. */
export function loginOf(call: Call): string {
  if (call.actor.kind === 'app') throw new GitHubError(401, 'Requires authentication')
  return call.actor.login
}

/** The commit that a review or comment is about: the head when not said. Throws GitHub's 422 for a foreign one. */
export async function commitOfPullRequest(
  repository: Repository,
  pullRequest: PullRequest,
  asked: string | undefined,
): Promise<string> {
  if (asked === undefined || pullRequest.heads.includes(asked)) return asked ?? pullRequest.head.commit
  const commit = await resolveCommit(repository.folder, asked)
  const range = `${pullRequest.base.commit}..${pullRequest.head.commit}`
  const commits = (await gitAnswer(repository.folder, 'rev-list', range)) ?? ''
  if (commit !== undefined && commits.split('\n').includes(commit)) return commit
  throw new GitHubError(422, 'Unprocessable Entity', {
    errors: ['Commit OID is not part of the pull request'],
  })
}
