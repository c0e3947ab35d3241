import type { CommitId, RepositoryName } from '../github/github.ts'
import type { Finding } from '../review/finding.ts'
import type { ModelCall } from '../review/model-call.ts'
import type { Receipt } from '../review/receipt.ts'
import type { PostedComment, RunEvent } from '../review/run-store.ts'
import type { RunId, RunState } from '../review/run.ts'
import type { Decision } from '../webhooks/delivery.ts'

/** A run as it stands in a list. */
export interface RecordedRun {
  readonly id: RunId
  readonly repository: RepositoryName
  readonly pullRequest: number
  readonly title: string
  readonly author: string
  readonly head: CommitId
  readonly baseBranch: string
  readonly state: RunState
  /** Why it ended, for every end but `completed`; else empty. */
  readonly reason: string
  readonly attempt: number
  readonly createdAt: Date
  /** Of the latest attempt. */
  readonly startedAt?: Date
  readonly endedAt?: Date
  /** What became of its findings, once it ended. */
  readonly findings?: Receipt['findings']
}

export interface RecordedEvent extends RunEvent {
  readonly attempt: number
  readonly at: Date
}

export interface RecordedComment extends PostedComment {
  readonly postedAt: Date
}

export interface RecordedCall extends ModelCall {
  readonly attempt: number
  readonly at: Date
}

/** A delivery about the pull request's head that the run reviews. */
export interface RecordedDelivery {
  readonly id: string
  readonly name: string
  readonly action: string
  readonly decision: Decision['kind']
  readonly reason: string
  readonly receivedAt: Date
}

/** Everything that is known of one run; every list oldest first, findings in the order in which they were decided. */
export interface RunRecord {
  readonly run: RecordedRun
  readonly timeline: readonly RecordedEvent[]
  readonly receipt?: Receipt
  readonly findings: readonly Finding[]
  readonly comments: readonly RecordedComment[]
  readonly calls: readonly RecordedCall[]
  readonly deliveries: readonly RecordedDelivery[]
}

/** What happened, for people who look. Reads only. */
export interface RunHistory {
  /**
   * At most `limit` runs (1 to 100), newest first: the newest of all, or those older than the run `before`.
   * Empty when there is no run of that id.
   */
  list(page: { readonly limit: number; readonly before?: string }): Promise<readonly RecordedRun[]>

  /** Undefined when there is no run of that id, whatever the text is. */
  find(id: string): Promise<RunRecord | undefined>
}
