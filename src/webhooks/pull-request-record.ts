import type { CommitId } from '../github/github.ts'
import type { RunId, RunState } from '../review/run.ts'
import type { Decision, DeliveredPullRequest, PullRequestAction } from './delivery.ts'

/** What we know of a pull request before or after a delivery. */
export interface PullRequestRecord {
  /** As GitHub dated it last. */
  readonly shown: DeliveredPullRequest
  /** Those without an end, and those of heads that the delivery may ask for. */
  readonly runs: readonly RecordedRun[]
}

export interface RecordedRun {
  readonly id: RunId
  readonly head: CommitId
  readonly baseBranch: string
  readonly state: RunState
  /** Why it was superseded by what happened here. */
  readonly reason?: string
}

/** What a delivery does to the record. `run` is the run that the delivery asks for, whatever became of it. */
export interface Applied {
  readonly record: PullRequestRecord
  readonly run?: RunId
}

/**
 * Applies a delivery that we did not have yet. Deliveries come in any order, so GitHub's date decides:
 *
 * - What GitHub dated before what we know changes nothing; but it may still ask for the head that we know, as `opened`
 *   does when a change of the title overtook it.
 * - A newer head, or another base branch, supersedes the runs of the former. So does closing.
 * - There is one run for a head and base branch. One that was superseded without its review being finished is taken up
 *   again when its head is the current one again: after closing and reopening, or after a force-push back.
 *   One that was skipped is taken up when the pull request was reopened, made ready or unlocked, which may be why it was
 *   skipped.
 */
export function applyDelivery(
  record: PullRequestRecord | undefined,
  action: PullRequestAction,
  told: DeliveredPullRequest,
  decision: Decision,
  newRunId: () => RunId,
): Applied {
  if (record && isOutdated(record.shown, action, told)) {
    const isWanted = decision.kind === 'review' && record.shown.state === 'open'
    return isWanted && isSameChange(record.shown, told) ? askForRun(record, action, newRunId) : { record }
  }
  const current: PullRequestRecord = record
    ? { shown: { ...record.shown, ...told }, runs: supersede(record.runs, told, decision) }
    : { shown: told, runs: [] }
  return decision.kind === 'review' ? askForRun(current, action, newRunId) : { record: current }
}

/** Whether a run of this state is still to be driven to its end. */
export function isOwed(state: RunState): boolean {
  return state === 'queued' || state === 'running' || state === 'posting'
}

function isOutdated(
  shown: DeliveredPullRequest,
  action: PullRequestAction,
  told: DeliveredPullRequest,
): boolean {
  const difference = told.updatedAt.getTime() - shown.updatedAt.getTime()
  // GitHub's dates are whole seconds. Within one, nothing comes before `opened`; else the order of arrival stands.
  const isTied = difference === 0 && action === 'opened' && !isSameChange(shown, told)
  return difference < 0 || isTied
}

interface ChangeName {
  readonly head: CommitId
  readonly baseBranch: string
}

/** Whether both are the same head against the same base branch. */
export function isSameChange(one: ChangeName, other: ChangeName): boolean {
  return one.head === other.head && one.baseBranch === other.baseBranch
}

function supersede(
  runs: readonly RecordedRun[],
  told: DeliveredPullRequest,
  decision: Decision,
): readonly RecordedRun[] {
  return runs.map((run) => {
    const reason = supersedingReason(run, told, decision)
    return isOwed(run.state) && reason !== undefined ? { ...run, state: 'superseded', reason } : run
  })
}

function supersedingReason(
  run: RecordedRun,
  told: DeliveredPullRequest,
  decision: Decision,
): string | undefined {
  if (decision.kind === 'cancel') return decision.reason
  if (told.state === 'closed') return 'the pull request was closed'
  if (run.head !== told.head) return `a newer head came: ${told.head}`
  if (run.baseBranch !== told.baseBranch) return `the base branch changed to ${told.baseBranch}`
  return undefined
}

function askForRun(record: PullRequestRecord, action: PullRequestAction, newRunId: () => RunId): Applied {
  const { shown, runs } = record
  const run = runs.find((known) => isSameChange(known, shown))
  if (!run) {
    const fresh: RecordedRun = {
      id: newRunId(),
      head: shown.head,
      baseBranch: shown.baseBranch,
      state: 'queued',
    }
    return { record: { shown, runs: [...runs, fresh] }, run: fresh.id }
  }
  if (!isTakenUpAgain(run, action)) return { record, run: run.id }
  const revived: RecordedRun = { ...run, state: 'queued' }
  return { record: { shown, runs: runs.map((known) => (known === run ? revived : known)) }, run: run.id }
}

function isTakenUpAgain(run: RecordedRun, action: PullRequestAction): boolean {
  // A person asks once more, by a deed that says so.
  const isAskedFor = action === 'reopened' || action === 'ready_for_review' || action === 'unlocked'
  if (run.state === 'skipped' || run.state === 'failed') return isAskedFor
  return run.state === 'superseded'
}
