import type { Clock } from '../base/clock.ts'
import type { IdSource } from '../base/ids.ts'
import type { ChangedText } from './change.ts'
import { PermanentError } from '../base/errors.ts'
import type { GitHubRepository, RepositoryName } from '../github/github.ts'
import { reviewMarker, summaryMarker } from '../github/marker.ts'
import { gatherDiffs, gatherPullRequest, type GatherOptions } from './gather.ts'
import { CHECK_RUN_NAME, postReview } from './post-review.ts'
import type { ReviewChange, ReviewObserver, ReviewResult } from './review-change.ts'
import type { Intent, PostLedger, StartedRun } from './run-store.ts'
import type { RunId } from './run.ts'

export interface OnceOptions extends GatherOptions {
  readonly reviewChange: ReviewChange
  /** Whether the review is posted, or only returned. */
  readonly post: boolean
  readonly clock: Clock
  readonly newId: IdSource
}

export interface OnceResult extends ReviewResult {
  readonly files: readonly ChangedText[]
  /**
   * `now`: this review stands on the pull request. `before`: one of the same head stood there already, so the findings
   * of this one were not said. `not`: nobody asked for it.
   */
  readonly posted: 'now' | 'before' | 'not'
}

/**
 * Reviews a pull request without a store, for the command line. Posting looks up every marker first, so that asking
 * twice, or asking where the server has been, says nothing twice.
 */
export async function reviewOnce(
  repository: GitHubRepository,
  name: RepositoryName,
  number: number,
  { reviewChange, post, clock, newId, ...gathering }: OnceOptions,
  observer: ReviewObserver,
  signal: AbortSignal,
): Promise<OnceResult> {
  const pullRequest = await repository.pullRequest(number, signal)
  if (!pullRequest) {
    throw new PermanentError(`${name}#${number} is not there, or the token may not see it`)
  }
  const files = await repository.changedFiles(number, signal)
  const change = await gatherPullRequest(repository, pullRequest, files, gathering, signal)
  const id = newId() as RunId // a run of its own, in no store
  const scope = { tenant: 'local', repository: name, pullRequest: number, runId: id }
  const result = { ...(await reviewChange(change, scope, observer, signal)), files: change.files }
  if (!post) return { ...result, posted: 'not' }

  const now = await repository.pullRequest(number, signal)
  if (now?.state !== 'open' || now.head.commit !== pullRequest.head.commit) {
    throw new PermanentError(`${name}#${number} was closed or pushed to meanwhile: nothing was posted`)
  }
  const run: StartedRun = {
    id,
    repository: name,
    pullRequest: number,
    head: pullRequest.head.commit,
    baseBranch: pullRequest.base.branch,
    state: 'posting',
    attempt: 1,
  }
  const stood = (await repository.findReview(number, reviewMarker(run), signal)) !== undefined
  if (stood && (await hasReceipt(repository, run, signal))) return { ...result, posted: 'before' }
  const findings = await postReview(
    {
      ledger: forgetful,
      repositoryWith: () => repository,
      run,
      clock,
      signal,
      currentFiles: () => gatherDiffs(repository, number, signal),
    },
    { ...result, baseCommit: pullRequest.base.commit },
  )
  return { ...result, findings, posted: stood ? 'before' : 'now' }
}

/** Whether a review that stands was posted to its end. It is left as it is then: another reading may find other things. */
async function hasReceipt(
  repository: GitHubRepository,
  run: StartedRun,
  signal: AbortSignal,
): Promise<boolean> {
  const receipt =
    (await repository.findCheckRun(run.head, CHECK_RUN_NAME, reviewMarker(run), signal)) ??
    (await repository.findSummary(run.pullRequest, summaryMarker(run), signal))
  return receipt !== undefined
}

/** Remembers nothing, so everything may have been written long before, and is looked up on GitHub. */
const forgetful: PostLedger = {
  intend: () => Promise.resolve(intendedOnce),
  intent: () => Promise.resolve(intendedOnce),
  answered: () => Promise.resolve(),
  posted: () => Promise.resolve(),
  decide: () => Promise.resolve(),
  recordComments: () => Promise.resolve(),
}
const intendedOnce: Intent = { kind: 'intended', ageMs: Infinity, answered: true }
