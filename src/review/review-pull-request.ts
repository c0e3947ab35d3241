import type { Clock } from '../base/clock.ts'
import { errorKind, isAbort } from '../base/errors.ts'
import type { Metrics, RunOutcome } from '../telemetry/metrics.ts'
import type { CommitId, GitHub, GitHubRepository, PullRequest } from '../github/github.ts'
import { gatherDiffs, gatherPullRequest, type DiffBlobs } from './gather.ts'
import { emptyReceipt } from './make-receipt.ts'
import { postReview } from './post-review.ts'
import type { Finding } from './finding.ts'
import type { ReviewChange, ReviewObserver } from './review-change.ts'
import { RunLostError, type DecidedReview, type RunStore, type StartedRun } from './run-store.ts'
import type { RunId } from './run.ts'

export interface PullRequestReviewer {
  readonly runs: RunStore
  readonly github: GitHub
  readonly reviewChange: ReviewChange
  readonly diffBlobs: DiffBlobs
  readonly needsContent: (path: string) => boolean
  /** The page of a run, when people can reach one. */
  readonly runUrl?: (id: RunId) => string
  readonly metrics: Metrics
  readonly clock: Clock
}

/**
 * Drives one run to its end: gather, review, decide, post, account. Returns when the run has ended, here or elsewhere.
 * May be called again after any crash: what was decided is not asked again, what was posted is not posted again.
 */
export async function reviewPullRequest(
  reviewer: PullRequestReviewer,
  id: RunId,
  signal: AbortSignal,
): Promise<void> {
  const run = await reviewer.runs.start(id)
  if (!run) return
  try {
    await drive(reviewer, run, signal)
  } catch (error) {
    // A newer head superseded the run, or another worker has it: both bring it to its end without us.
    if (!(error instanceof RunLostError)) throw error
  }
}

/**
 * The run cannot be brought to its end: says so on the pull request, where that still has the run's head, and ends the
 * run as failed. An abort leaves it to the next one who takes it up, and so does whatever may pass by itself: a failure
 * that nobody can see would be a lost review.
 */
export async function failRun(
  reviewer: PullRequestReviewer,
  id: RunId,
  reason: string,
  signal: AbortSignal,
): Promise<void> {
  const { runs, github, metrics } = reviewer
  const run = await runs.start(id)
  if (!run) return
  const receipt = emptyReceipt('failed', reason)
  try {
    const repository = github.repository(run.repository, run.installationId)
    const obstacle = whyNot(run, await repository.pullRequest(run.pullRequest, signal))
    if (obstacle) {
      if (obstacle.instead) await runs.owe(run, obstacle.instead)
      await runs.end(run, { state: obstacle.state, receipt: emptyReceipt(obstacle.state, obstacle.reason) })
      return metrics.run(obstacle.state, 0)
    }
    await postReview(posting(reviewer, run, signal), { baseCommit: run.head, findings: [], receipt })
  } catch (error) {
    if (isAbort(error) || error instanceof RunLostError || mayPass(error)) throw error
    await runs.end(run, { state: 'failed', receipt })
    metrics.run('failed', 0)
    throw error
  }
  await runs.end(run, { state: 'failed', receipt })
  metrics.run('failed', 0)
}

function mayPass(error: unknown): boolean {
  const kind = errorKind(error)
  return kind === 'retryable' || kind === 'rate-limited'
}

async function drive(reviewer: PullRequestReviewer, run: StartedRun, signal: AbortSignal): Promise<void> {
  const { runs, github, clock, metrics } = reviewer
  const startMs = clock.now().getTime()
  const repository = github.repository(run.repository, run.installationId)
  await runs.record(run, { step: 'started', detail: { attempt: run.attempt } })

  const pullRequest = await repository.pullRequest(run.pullRequest, signal)
  const obstacle = whyNot(run, pullRequest)
  if (obstacle || !pullRequest) return await endWithout(obstacle ?? GONE)

  const decided = run.decided ?? (await decide(reviewer, run, repository, pullRequest, signal))

  // The last look before anything is said (I4): reading took its time.
  const changed = whyNot(run, await repository.pullRequest(run.pullRequest, signal))
  if (changed) return await endWithout(changed)

  const findings = await postReview(posting(reviewer, run, signal), decided)
  const { receipt } = decided
  await runs.record(run, { step: 'posted', detail: { ...receipt.findings } })
  await runs.end(run, { state: 'completed', receipt, findings })
  countFindings(metrics, findings)
  countRun('completed')

  async function endWithout({ state, reason, instead }: Obstacle): Promise<void> {
    if (instead) await runs.owe(run, instead)
    await runs.record(run, { step: state, detail: { reason } })
    await runs.end(run, { state, receipt: emptyReceipt(state, reason) })
    countRun(state)
  }

  function countRun(outcome: RunOutcome): void {
    metrics.run(outcome, (clock.now().getTime() - startMs) / 1_000)
  }
}

async function decide(
  { runs, reviewChange, diffBlobs, needsContent, metrics }: PullRequestReviewer,
  run: StartedRun,
  repository: GitHubRepository,
  pullRequest: PullRequest,
  signal: AbortSignal,
): Promise<DecidedReview> {
  const change = await gatherPullRequest(repository, pullRequest, { diffBlobs, needsContent }, signal)
  const hunks = change.files.reduce((sum, { diff }) => sum + diff.hunks.length, 0)
  await runs.record(run, { step: 'gathered', detail: { files: change.files.length, hunks } })

  const observer: ReviewObserver = {
    event: (event) => runs.record(run, event),
    call: async (call) => {
      metrics.modelCall({ ...call, ...call.usage, seconds: call.latencyMs / 1_000 })
      await runs.recordCall(run, call)
    },
  }
  const result = await reviewChange(change, observer, signal, await runs.saidBefore(run))
  const decided = { ...result, baseCommit: pullRequest.base.commit }
  await runs.decide(run, decided)
  await runs.record(run, { step: 'decided', detail: { ...result.receipt.findings } })
  return decided
}

interface Obstacle {
  readonly state: 'skipped' | 'superseded'
  readonly reason: string
  /** What stands on the pull request instead: its run is owed, also when its delivery was lost or came out of order. */
  readonly instead?: { readonly head: CommitId; readonly baseBranch: string }
}

const GONE: Obstacle = { state: 'skipped', reason: 'the pull request is gone, or we may not see it' }

/** Why the run must not go on, or must not speak: the pull request is gone, closed, or has another head by now. */
function whyNot(run: StartedRun, pullRequest: PullRequest | undefined): Obstacle | undefined {
  if (!pullRequest) return GONE
  if (pullRequest.state === 'closed') return { state: 'superseded', reason: 'the pull request was closed' }
  const instead = { head: pullRequest.head.commit, baseBranch: pullRequest.base.branch }
  if (instead.head !== run.head) {
    return { state: 'superseded', reason: `a newer head came: ${instead.head.slice(0, 12)}`, instead }
  }
  if (instead.baseBranch !== run.baseBranch) {
    return { state: 'superseded', reason: 'the base branch was changed', instead }
  }
  return undefined
}

function countFindings(metrics: Metrics, findings: readonly Finding[]): void {
  for (const { verdict } of findings) {
    const reason =
      verdict.kind === 'posted' ? verdict.place : verdict.kind === 'dropped' ? verdict.reason : ''
    metrics.findings(verdict.kind, reason)
  }
  const inline = findings.filter(({ verdict }) => verdict.kind === 'posted' && verdict.place === 'inline')
  metrics.commentsPosted(inline.length)
}

function posting({ runs, github, clock, runUrl }: PullRequestReviewer, run: StartedRun, signal: AbortSignal) {
  const repository = github.repository(run.repository, run.installationId)
  const detailsUrl = runUrl?.(run.id)
  return {
    ledger: runs,
    repository,
    run,
    clock,
    signal,
    currentFiles: () => gatherDiffs(repository, run.pullRequest, signal),
    ...(detailsUrl !== undefined && { detailsUrl }),
  }
}
