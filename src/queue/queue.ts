import type { Brand } from '../base/ids.ts'
import type { Json } from '../base/json.ts'

export type JobId = Brand<string, 'JobId'>

/** A unit of queued work. It holds references (a run id), never bodies: the queue is transport, PostgreSQL is the truth. */
export interface NewJob {
  /** Names the work. While a job with this id waits, runs or lies among the dead letters, enqueueing it again changes nothing. */
  readonly id: JobId
  readonly kind: string
  readonly payload: Json
  /** The earliest time at which it may be claimed; at once when absent. */
  readonly notBefore?: Date
}

/** A job that this worker holds until `leaseUntil`. The lease token fences: a settling call with an old one changes nothing. */
export interface ClaimedJob {
  readonly id: JobId
  readonly kind: string
  readonly payload: Json
  /** 1 for the first claim; one more for each later claim that counts (a lost lease counts, a rate limit does not). */
  readonly attempt: number
  readonly leaseToken: string
  readonly leaseUntil: Date
  readonly enqueuedAt: Date
}

export interface ClaimOptions {
  /** At most this many jobs, at least 1. */
  readonly count: number
  readonly leaseMs: number
  /** Names the claiming worker, for people. */
  readonly worker: string
  /** How long to wait for a first job when there is none; 0 returns at once. */
  readonly waitMs: number
}

export interface RetryOptions {
  /** How long to wait from now on, by the queue's own time; 0 for at once. */
  readonly delayMs: number
  /** False for a rate limit, a shutdown or an abort: the next claim has the same attempt number. */
  readonly countsAsAttempt: boolean
  /** What happened, for people. */
  readonly reason: string
}

export interface QueueDepth {
  /** Jobs that may be claimed now. */
  readonly ready: number
  /** Jobs whose not-before time has not come. */
  readonly delayed: number
  /** Jobs under a lease. */
  readonly leased: number
  readonly deadLetters: number
  /** Age in milliseconds of the oldest job that may be claimed now; 0 when there is none. */
  readonly oldestReadyMs: number
}

/** A job that nobody will try again unless a person says so. */
export interface DeadLetter {
  readonly id: JobId
  readonly kind: string
  readonly payload: Json
  readonly attempts: number
  /** The whole cause, for people. */
  readonly reason: string
  readonly enqueuedAt: Date
  readonly buriedAt: Date
}

/**
 * At-least-once delivery of jobs to workers, with leases.
 *
 * A job is claimed by one worker at a time; when its lease runs out it goes to another, one attempt later.
 * `extend`, `complete`, `retry` and `bury` return false, and change nothing, when the lease is no longer ours.
 * Every call may throw a retryable error when the service behind it is away; no call loses a job then.
 */
export interface Queue {
  /** Adds jobs, oldest first. Returns how many were new. */
  enqueue(jobs: readonly NewJob[]): Promise<number>

  /** Takes up to `count` jobs whose time has come, oldest first. An abort ends the wait with an empty list. */
  claim(options: ClaimOptions, signal: AbortSignal): Promise<readonly ClaimedJob[]>

  /** The heartbeat: moves the end of the lease to `leaseMs` from now. */
  extend(job: ClaimedJob, leaseMs: number): Promise<boolean>

  /** The work is done: the job is forgotten, and its id may be used again. */
  complete(job: ClaimedJob): Promise<boolean>

  /** Gives the job back, to be claimed again after a while. */
  retry(job: ClaimedJob, options: RetryOptions): Promise<boolean>

  /** Moves the job to the dead letters. */
  bury(job: ClaimedJob, reason: string): Promise<boolean>

  depth(): Promise<QueueDepth>

  /** Dead letters, newest first. */
  deadLetters(limit: number): Promise<readonly DeadLetter[]>

  /** Makes a dead letter a fresh job with no attempts. False when there is none of that id. */
  replay(id: JobId): Promise<boolean>

  /** Forgets a dead letter. False when there is none of that id. */
  discard(id: JobId): Promise<boolean>

  /** Ends every wait under way (with an empty list) and lets go of connections of its own. Jobs stay. */
  close(): Promise<void>
}
