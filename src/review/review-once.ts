import type { IdSource } from '../base/ids.ts'
import type { ChangedText } from './change.ts'
import { PermanentError } from '../base/errors.ts'
import type { GitHubRepository, RepositoryName } from '../github/github.ts'
import { gatherDiffs, gatherPullRequest, type GatherOptions } from './gather.ts'
import { postReview } from './post-review.ts'
import type { ReviewChange, ReviewObserver, ReviewResult } from './review-change.ts'
import type { PostLedger, StartedRun } from './run-store.ts'
import type { RunId } from './run.ts'

export interface OnceOptions extends GatherOptions {
  readonly reviewChange: ReviewChange
  /** Whether the review is posted, or only returned. */
  readonly post: boolean
  readonly newId: IdSource
}

/**
 * Reviews a pull request without a store, for the command line. Posting looks up every marker first, so that asking
 * twice, or asking where the server has been, says nothing twice.
 */
export async function reviewOnce(
  repository: GitHubRepository,
  name: RepositoryName,
  number: number,
  { reviewChange, post, newId, ...gathering }: OnceOptions,
  observer: ReviewObserver,
  signal: AbortSignal,
): Promise<ReviewResult & { readonly files: readonly ChangedText[] }> {
  const pullRequest = await repository.pullRequest(number, signal)
  if (!pullRequest) {
    throw new PermanentError(`${name}#${number} is not there, or the token may not see it`)
  }
  const change = await gatherPullRequest(repository, pullRequest, gathering, signal)
  const result = { ...(await reviewChange(change, observer, signal)), files: change.files }
  if (!post) return result

  const now = await repository.pullRequest(number, signal)
  if (now?.state !== 'open' || now.head.commit !== pullRequest.head.commit) {
    throw new PermanentError(`${name}#${number} was closed or pushed to meanwhile: nothing was posted`)
  }
  const run: StartedRun = {
    id: newId() as RunId, // a run of its own, in no store
    repository: name,
    pullRequest: number,
    head: pullRequest.head.commit,
    baseBranch: pullRequest.base.branch,
    state: 'posting',
    attempt: 1,
  }
  const findings = await postReview(
    {
      ledger: forgetful,
      repository,
      run,
      signal,
      currentFiles: () => gatherDiffs(repository, number, signal),
    },
    { ...result, baseCommit: pullRequest.base.commit },
  )
  return { ...result, findings }
}

/** Remembers nothing, so everything may have been written before, and is looked up on GitHub. */
const forgetful: PostLedger = {
  intend: () => Promise.resolve({ kind: 'intended' }),
  intent: () => Promise.resolve({ kind: 'intended' }),
  posted: () => Promise.resolve(),
  decide: () => Promise.resolve(),
  recordComments: () => Promise.resolve(),
}
