import type { LoggedDelivery } from '../github/github.ts'

/** How far GitHub's log was read. */
export interface LogReading {
  /** All attempts up to then were looked at. */
  readonly through: Date
  /** A pass that is not at its end: with which page it goes on, and what `through` becomes then. */
  readonly pass?: { readonly newest: Date; readonly cursor: string }
}

export interface FailedDelivery {
  readonly guid: string
  /** By which GitHub delivers again. */
  readonly githubId: number
  /** How often it was delivered again at our request. */
  readonly redeliveries: number
}

/** What GitHub could not deliver, and what was done about it. Survives whoever leads. */
export interface FailedDeliveries {
  reading(): Promise<LogReading>
  /** Keeps failed attempts of deliveries that we do not have, and how far the log was read, together. */
  note(failed: readonly LoggedDelivery[], reading: LogReading): Promise<void>
  /** Forgets those that arrived, and those from before `since`, which GitHub has forgotten, too. */
  forget(since: Date): Promise<void>
  /** Those whose turn has come, oldest first. */
  due(
    now: Date,
    options: { readonly limit: number; readonly maxRedeliveries: number },
  ): Promise<readonly FailedDelivery[]>
  /** Counts one more redelivery, and says when the next may be. False when another process was faster. */
  claim(delivery: FailedDelivery, nextAt: Date): Promise<boolean>
}
