import type { CommitId } from '../github/github.ts'
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
  | { readonly kind: 'new' | 'intended' }
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

/** The state of runs in PostgreSQL, as the one who drives a run needs it. */
export interface RunStore {
  /**
   * Takes the run up: queued, running and posting runs get the next attempt number; a queued one becomes running.
   * Undefined when the run is unknown or has ended: then there is nothing to do.
   */
  start(id: RunId): Promise<StartedRun | undefined>

  record(run: StartedRun, event: RunEvent): Promise<void>

  recordCall(run: StartedRun, call: ModelCall): Promise<void>

  /** Keeps what will be said, and moves the run to `posting`. Again while posting: GitHub refused lines, and places moved. */
  decide(run: StartedRun, decided: DecidedReview): Promise<void>

  /**
   * Writes the intent before a write on GitHub. `new`: nobody tried before. `intended`: somebody tried and may have
   * succeeded, so read back first. `done`: it stands on GitHub under that id.
   */
  intend(run: StartedRun, kind: PostKind, marker: string): Promise<Intent>

  /** What `intend` would return, without writing an intent. */
  intent(run: StartedRun, kind: PostKind, marker: string): Promise<Intent>

  /** The write stands on GitHub under that id. */
  posted(run: StartedRun, kind: PostKind, marker: string, githubId: number): Promise<void>

  /** Keeps the comments as posted: once per finding, however often it is called. */
  recordComments(run: StartedRun, comments: readonly PostedComment[]): Promise<void>

  /** Ends the run with its receipt; findings and receipt get their last form. Once ended, a run never changes. */
  end(
    run: StartedRun,
    end: {
      readonly state: 'completed' | 'failed' | 'skipped' | 'superseded'
      readonly receipt: Receipt
      readonly findings?: readonly Finding[]
    },
  ): Promise<void>

  /**
   * Another head, or another base branch, stands on the pull request of this run: makes sure that a run for it is owed,
   * whatever became of its delivery. A superseded one is taken up again; one that ended otherwise stays as it is.
   */
  owe(run: StartedRun, change: { readonly head: CommitId; readonly baseBranch: string }): Promise<void>

  /** Fingerprints of findings that earlier runs of the same pull request posted. */
  saidBefore(run: Run): Promise<ReadonlySet<string>>

  /** Runs without an end, oldest first: what is owed, whatever the queue says. */
  owed(limit: number): Promise<readonly RunId[]>
}

/** What posting needs to remember, so that nothing is said twice (I3). */
export type PostLedger = Pick<RunStore, 'intend' | 'intent' | 'posted' | 'decide' | 'recordComments'>
