import type { Clock } from '../base/clock.ts'
import {
  errorKind,
  isAbort,
  NotBegunError,
  PermanentError,
  RateLimitedError,
  RetryableError,
} from '../base/errors.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { ChangedFile, GitHub, GitHubRepository, PullRequest } from '../github/github.ts'
import type { RunScope } from '../llm/model-source.ts'
import { gatherDiffs, gatherPullRequest, type DiffBlobs } from './gather.ts'
import type { HeadTrees } from './head-tree.ts'
import type { BaseGuidelines } from './guidelines/base-guidelines.ts'
import { openEarly } from './early-head.ts'
import { emptyReceipt } from './make-receipt.ts'
import { postReview, type Posting } from './post-review.ts'
import type { Finding } from './finding.ts'
import type { ReviewChange, ReviewObserver } from './review-change.ts'
import {
  RunLostError,
  type DecidedReview,
  type RunStore,
  type ShownPullRequest,
  type StartedRun,
} from './run-store.ts'
import type { RunId } from './run.ts'
import { HOLD_MS, whileHeld } from './while-held.ts'

export interface PullRequestReviewer {
  readonly runs: RunStore
  readonly github: GitHub
  readonly reviewChange: ReviewChange
  readonly diffBlobs: DiffBlobs
  readonly needsContent: (path: string) => boolean
  /** Absent when nobody reads guidelines: without a model. */
  readonly guidelines?: BaseGuidelines
  /** Without it changes are read without the files around them. */
  readonly headTrees?: HeadTrees
  /** Whether drafts are reviewed: else a run gives way when its pull request is made one. */
  readonly reviewDrafts: boolean
  /** The page of a run, when people can reach one. */
  readonly runUrl?: (id: RunId) => string
  readonly metrics: Metrics
  readonly clock: Clock
}

/** How soon a run asks again whether its pull request is free, or whether GitHub shows the newest head. */
const SOON_MS = 1_000

/**
 * Drives one run to its end: gather, review, decide, post, account. Returns when the run has ended, here or elsewhere.
 * May be called again after any crash: what was decided is not asked again, what was posted is not posted again.
 * With `afresh` a run that failed is taken up again. Throws a rate-limited error while another attempt is at work on the
 * pull request, and a permanent one when there is no such run.
 */
export async function reviewPullRequest(
  reviewer: PullRequestReviewer,
  id: RunId,
  signal: AbortSignal,
  afresh = false,
): Promise<void> {
  const taken = await take(reviewer, id, afresh)
  if (taken === 'unknown') throw new PermanentError(`there is no run ${id}`)
  if (taken === 'ended') return
  await whileHeld(reviewer, taken, (lost) => drive(reviewer, taken, { signal, lost }))
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
  const taken = await take(reviewer, id, false)
  if (taken === 'unknown' || taken === 'ended') return
  await whileHeld(reviewer, taken, () => fail(reviewer, taken, reason, signal))
}

/**
 * Takes the run up. Throws a rate-limited error while another attempt is at work on the pull request, and one that says
 * that nothing began when the store is away.
 */
async function take(
  { runs, clock }: PullRequestReviewer,
  id: RunId,
  afresh: boolean,
): Promise<StartedRun | 'ended' | 'unknown'> {
  const taken = await runs.start(id, { holdMs: HOLD_MS, afresh }).catch((error: unknown) => {
    if (errorKind(error) !== 'retryable') throw error
    throw new NotBegunError('the run could not be taken up', { cause: error })
  })
  switch (taken.kind) {
    case 'started':
      return taken.run
    case 'busy': {
      const soon = new Date(clock.now().getTime() + SOON_MS)
      throw new RateLimitedError('another review of the pull request is under way', soon)
    }
    case 'ended':
    case 'unknown':
      return taken.kind
  }
}

async function fail(
  reviewer: PullRequestReviewer,
  run: StartedRun,
  reason: string,
  signal: AbortSignal,
): Promise<void> {
  const { runs, github, metrics } = reviewer
  const receipt = emptyReceipt('failed', reason)
  try {
    const repository = github.repository(run.repository, run.installationId)
    await repository.readyToWrite(signal)
    const obstacle = whyNot(reviewer, run, await repository.pullRequest(run.pullRequest, signal))
    if (obstacle) return await endWithout(reviewer, run, obstacle, 0)
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

function valueOf<Value>(settled: PromiseSettledResult<Value>): Value {
  if (settled.status === 'rejected') throw settled.reason
  return settled.value
}

function mayPass(error: unknown): boolean {
  const kind = errorKind(error)
  return kind === 'retryable' || kind === 'rate-limited'
}

/** `lost` ends reading and asking. It does not break off a write: that is fenced, and what stands is to be noted. */
async function drive(
  reviewer: PullRequestReviewer,
  run: StartedRun,
  { signal, lost }: { readonly signal: AbortSignal; readonly lost: AbortSignal },
): Promise<void> {
  const { github, headTrees } = reviewer
  const reading = AbortSignal.any([signal, lost])
  const repository = github.repository(run.repository, run.installationId)
  if (run.decided || !headTrees) return await bringToItsEnd(reviewer, run, repository, { signal, reading })
  const head = openEarly(headTrees, repository, run.head, reading)
  try {
    await bringToItsEnd({ ...reviewer, headTrees: head }, run, repository, { signal, reading })
  } finally {
    await head.close()
  }
}

async function bringToItsEnd(
  reviewer: PullRequestReviewer,
  run: StartedRun,
  repository: GitHubRepository,
  { signal, reading }: { readonly signal: AbortSignal; readonly reading: AbortSignal },
): Promise<void> {
  const { runs, clock, metrics } = reviewer
  const startMs = clock.now().getTime()
  const sinceStart = (): number => (clock.now().getTime() - startMs) / 1_000
  await runs.record(run, { step: 'started', detail: { attempt: run.attempt } })

  // Side by side, for hardly ever does the pull request make the list of its files useless.
  const [shown, listed] = await Promise.allSettled([
    repository.pullRequest(run.pullRequest, reading),
    run.decided ? [] : repository.changedFiles(run.pullRequest, reading),
  ])
  const pullRequest = valueOf(shown)
  const obstacle = whyNot(reviewer, run, pullRequest)
  if (obstacle || !pullRequest) return await endWithout(reviewer, run, obstacle ?? GONE, sinceStart())

  const decided =
    run.decided ?? (await decide(reviewer, run, { repository, pullRequest, files: valueOf(listed) }, reading))

  await repository.readyToWrite(reading)
  // The last look before anything is said (I4): reading took its time.
  const changed = whyNot(reviewer, run, await repository.pullRequest(run.pullRequest, reading))
  if (changed) return await endWithout(reviewer, run, changed, sinceStart())

  const findings = await postReview(posting(reviewer, run, signal), decided)
  const { receipt } = decided
  await runs.record(run, { step: 'posted', detail: { ...receipt.findings } })
  await runs.end(run, { state: 'completed', receipt, findings })
  countFindings(metrics, findings)
  metrics.run('completed', sinceStart())
}

/** Ends the run without a word. Throws a retryable error when GitHub showed less than we know: it will catch up. */
async function endWithout(
  { runs, metrics }: PullRequestReviewer,
  run: StartedRun,
  { state, reason, shown, isOwed }: Obstacle,
  seconds: number,
): Promise<void> {
  const receipt = emptyReceipt(state, reason)
  if (shown) {
    if (!(await runs.giveWay(run, { shown, isOwed, receipt }))) {
      throw new RetryableError(
        `GitHub shows an older state of the pull request than it told us of: ${reason}`,
      )
    }
  } else {
    await runs.record(run, { step: state, detail: { reason } })
    await runs.end(run, { state, receipt })
  }
  metrics.run(state, seconds)
}

/** What GitHub shows when a run begins. */
interface Shown {
  readonly repository: GitHubRepository
  readonly pullRequest: PullRequest
  readonly files: readonly ChangedFile[]
}

async function decide(
  { runs, reviewChange, diffBlobs, needsContent, guidelines, headTrees, metrics }: PullRequestReviewer,
  run: StartedRun,
  { repository, pullRequest, files }: Shown,
  signal: AbortSignal,
): Promise<DecidedReview> {
  const change = await gatherPullRequest(
    repository,
    pullRequest,
    files,
    { diffBlobs, needsContent, ...(guidelines && { guidelines }), ...(headTrees && { headTrees }) },
    signal,
  )
  const hunks = change.files.reduce((sum, { diff }) => sum + diff.hunks.length, 0)
  await runs.record(run, { step: 'gathered', detail: { files: change.files.length, hunks } })

  const observer: ReviewObserver = {
    event: (event) => runs.record(run, event),
    call: async (call) => {
      metrics.modelCall({ ...call, ...call.usage, seconds: call.latencyMs / 1_000 })
      await runs.recordCall(run, call)
    },
  }
  const said = [...(await runs.saidBefore(run))].map((name) => [name, 'already-said'] as const)
  const result = await reviewChange(change, scopeOf(run), observer, signal, new Map(said))
  const decided = { ...result, baseCommit: pullRequest.base.commit }
  await runs.decide(run, decided)
  await runs.record(run, { step: 'decided', detail: { ...result.receipt.findings } })
  return decided
}

function scopeOf({ id, repository, pullRequest, installationId }: StartedRun): RunScope {
  return { tenant: String(installationId ?? 'local'), repository, pullRequest, runId: id }
}

interface Obstacle {
  readonly state: 'skipped' | 'superseded'
  readonly reason: string
  /** What stands there instead; absent when nothing does. */
  readonly shown?: ShownPullRequest
  /** Whether a review of that is owed, also when its delivery was lost or came out of order. */
  readonly isOwed: boolean
}

const GONE: Obstacle = {
  state: 'skipped',
  reason: 'the pull request is gone, or we may not see it',
  isOwed: false,
}

/** Why the run must not go on, or must not speak: the pull request is gone, closed to us, or has another head by now. */
function whyNot(
  { reviewDrafts }: PullRequestReviewer,
  run: StartedRun,
  pullRequest: PullRequest | undefined,
): Obstacle | undefined {
  if (!pullRequest) return GONE
  const { state, draft, locked, labels, updatedAt } = pullRequest
  const head = pullRequest.head.commit
  const baseBranch = pullRequest.base.branch
  const shown = { state, draft, locked, labels, updatedAt, head, baseBranch }
  const superseded = (reason: string, isOwed: boolean): Obstacle => ({
    state: 'superseded',
    reason,
    shown,
    isOwed,
  })
  if (state === 'closed') return superseded('the pull request was closed', false)
  if (locked) return superseded('the conversation was locked', false)
  if (draft && !reviewDrafts) return superseded('it was made a draft', false)
  if (head !== run.head) return superseded(`a newer head came: ${head.slice(0, 12)}`, true)
  if (baseBranch !== run.baseBranch) return superseded('the base branch was changed', true)
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

function posting(
  { runs, github, clock, runUrl }: PullRequestReviewer,
  run: StartedRun,
  signal: AbortSignal,
): Posting {
  const repository = github.repository(run.repository, run.installationId)
  const detailsUrl = runUrl?.(run.id)
  return {
    ledger: runs,
    repositoryWith: (beforeWrite) => github.repository(run.repository, run.installationId, { beforeWrite }),
    run,
    clock,
    signal,
    currentFiles: () => gatherDiffs(repository, run.pullRequest, signal),
    ...(detailsUrl !== undefined && { detailsUrl }),
  }
}
