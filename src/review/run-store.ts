import type { CommitId, PullRequest } from '../github/github.ts'
import type { Finding } from './finding.ts'
import type { ModelCall } from './model-call.ts'
import type { Receipt } from './receipt.ts'
import type { Run, RunId } from './run.ts'

/** A run that this attempt holds. Its writes are fenced by `attempt`: once another attempt started they throw `RunLostError`. */
export interface StartedRun extends Run {
  readonly state: 'running' | 'posting'
  /** What an earlier attempt decided to post: set exactly when the state is `posting`. Nothing is asked again then. */
  readonly decided?: DecidedReview
}

/** Everything that a review will say, before it is said. */
export interface DecidedReview {
  readonly baseCommit: CommitId
  readonly findings: readonly Finding[]
  readonly receipt: Receipt
}

/** What a write on GitHub is for. Each is written at most once per marker (I3). */
export type PostKind = 'review' | 'check-run' | 'summary'

export type Intent =
  | { readonly kind: 'new' }
  | {
      readonly kind: 'intended'
      /** Since the write was intended last, on the store's clock. */
      readonly ageMs: number
      /** Whether that write came to an end: then it stands already, or never will. */
      readonly answered: boolean
    }
  | { readonly kind: 'done'; readonly githubId: number }

export interface PostedComment {
  readonly findingId: string
  readonly path: string
  /** The last line of the anchor; absent for a comment on the file. */
  readonly line?: number
  readonly body: string
  readonly githubId?: number
}

/** One step in the life of a run, for people. */
export interface RunEvent {
  /** `started`, `gathered`, `asked`, `posted`, … */
  readonly step: string
  /** Names in words, as people read them. */
  readonly detail: Readonly<Record<string, string | number | boolean>>
}

/** Another attempt took the run over, or a newer head superseded it: stop, and write nothing more. */
export class RunLostError extends Error {
  override name = 'RunLostError'
}

export interface RunEnd {
  readonly state: 'completed' | 'failed' | 'skipped' | 'superseded'
  readonly receipt: Receipt
  readonly findings?: readonly Finding[]
}

/** What became of taking a run up. */
export type Taken =
  | { readonly kind: 'started'; readonly run: StartedRun }
  /** Another attempt is at work on the pull request, at this run or another one: come again. */
  | { readonly kind: 'busy' }
  | { readonly kind: 'ended' | 'unknown' }

/** A pull request as GitHub showed it to a run. */
export type ShownPullRequest = Pick<PullRequest, 'state' | 'draft' | 'locked' | 'labels' | 'updatedAt'> & {
  readonly head: CommitId
  readonly baseBranch: string
}

/** The state of runs in PostgreSQL, as the one who drives a run needs it. */
export interface RunStore {
  /**
   * Takes the run up: queued, running and posting runs get the next attempt number; a queued one becomes running.
   * The attempt holds the pull request for `holdMs`, or as long as it keeps it: meanwhile no other one is started.
   * With `afresh` a failed run is taken up again where it stopped, for somebody asked for it.
   */
  start(id: RunId, options: { readonly holdMs: number; readonly afresh?: boolean }): Promise<Taken>

  /** The heartbeat: holds the pull request for `holdMs` from now. False when the run is not this attempt's any more. */
  keep(run: StartedRun, holdMs: number): Promise<boolean>

  /** This attempt works no more: another one may start. Changes nothing when another one has it already. */
  release(run: StartedRun): Promise<void>

  record(run: StartedRun, event: RunEvent): Promise<void>

  recordCall(run: StartedRun, call: ModelCall): Promise<void>

  /** Keeps what will be said, and moves the run to `posting`. Again while posting: GitHub refused lines, and places moved. */
  decide(run: StartedRun, decided: DecidedReview): Promise<void>

  /**
   * Writes the intent before a write on GitHub. `new`: nobody tried before. `intended`: somebody tried and may have
   * succeeded, so read back first. `done`: it stands on GitHub under that id.
   * What was intended before stays as it is, unless it is intended `again`: for whoever read back, and is about to write.
   */
  intend(run: StartedRun, kind: PostKind, marker: string, again?: 'again'): Promise<Intent>

  /** What `intend` would return, without writing an intent. */
  intent(run: StartedRun, kind: PostKind, marker: string): Promise<Intent>

  /** The write that was intended came to an end without anything that stands there. */
  answered(run: StartedRun, kind: PostKind, marker: string): Promise<void>

  /** The write stands on GitHub under that id. */
  posted(run: StartedRun, kind: PostKind, marker: string, githubId: number): Promise<void>

  /** Keeps the comments as posted: once per finding, however often it is called. */
  recordComments(run: StartedRun, comments: readonly PostedComment[]): Promise<void>

  /** Ends the run with its receipt; findings and receipt get their last form. Once ended, a run never changes. */
  end(run: StartedRun, end: RunEnd): Promise<void>

  /**
   * GitHub shows the pull request in another state than this run is for: keeps what it shows, and ends the run as
   * superseded. When `isOwed`, a run for what stands there now is owed from then on, whatever became of its delivery: a
   * superseded one is taken up again, one that ended otherwise stays as it is.
   *
   * False, and nothing is changed, when we know of a newer state than GitHub showed: its servers learn of a push one after
   * the other, and a run that gave way to an older head would leave the newest one without a review.
   */
  giveWay(
    run: StartedRun,
    way: { readonly shown: ShownPullRequest; readonly isOwed: boolean; readonly receipt: Receipt },
  ): Promise<boolean>

  /** Fingerprints of findings that earlier runs of the same pull request posted, or merged into one that they posted. */
  saidBefore(run: Run): Promise<ReadonlySet<string>>

  /**
   * Runs without an end whose turn has come, oldest first: what is owed, whatever the queue says. At most `limit`, those
   * after `after`.
   */
  owed(limit: number, after?: RunId): Promise<readonly RunId[]>

  /**
   * This run has ended: which others of its repository, never started, have their turn, oldest first. Nobody knows which of
   * them had to wait for it, so it names all of them; none where so few have no end that none had to.
   */
  turns(id: RunId): Promise<readonly RunId[]>
}

/** What posting needs to remember, so that nothing is said twice (I3). */
export type PostLedger = Pick<
  RunStore,
  'intend' | 'intent' | 'answered' | 'posted' | 'decide' | 'recordComments'
>
