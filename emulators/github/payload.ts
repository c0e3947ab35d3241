import { comparisonOf } from './comparison.ts'
import type { PullRequest } from './pull-request.ts'
import { nodeId, showAccount } from './shapes/account.ts'
import { showWholePullRequest } from './shapes/pull-request.ts'
import { showRepository } from './shapes/repository.ts'
import type { Repository, World } from './world.ts'

/** The actions of `pull_request` deliveries that the emulator sends, with what each tells besides. */
export type PullRequestAction =
  | { readonly action: 'opened' | 'closed' | 'reopened' | 'ready_for_review' | 'converted_to_draft' }
  | { readonly action: 'locked' | 'unlocked' }
  | { readonly action: 'synchronize'; readonly before: string; readonly after: string }
  | { readonly action: 'edited'; readonly changes: object }

/** The payload of a `pull_request` delivery, as GitHub sends it to an App. */
export async function pullRequestPayload(
  world: World,
  repository: Repository,
  pullRequest: PullRequest,
  action: PullRequestAction,
): Promise<object> {
  const { size } = await comparisonOf(repository, pullRequest)
  return {
    ...action,
    number: pullRequest.number,
    pull_request: showWholePullRequest(world, repository, pullRequest, size),
    repository: showRepository(world, repository),
    sender: showAccount(world, pullRequest.author),
    installation: {
      id: repository.installationId,
      node_id: nodeId('I', repository.installationId),
    },
  }
}
