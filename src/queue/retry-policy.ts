import { errorKind, errorMessage, NotBegunError, RateLimitedError } from '../base/errors.ts'

export interface RetryPolicy {
  /** Attempts in all, the first included. */
  readonly maxAttempts: number
  readonly baseDelayMs: number
  /** How much longer each delay may be than the one before it. 2 when absent. */
  readonly growth?: number
  readonly maxDelayMs: number
}

/**
 * At most 3 retries after the first attempt: one at once, for what was a moment's trouble, and the last minutes later,
 * for an outage (at most 1 s, 16 s, 256 s).
 */
export const defaultRetryPolicy: RetryPolicy = {
  maxAttempts: 4,
  baseDelayMs: 1_000,
  growth: 16,
  maxDelayMs: 300_000,
}

export type FailureDecision =
  | {
      readonly kind: 'retry'
      readonly delayMs: number
      readonly countsAsAttempt: boolean
      readonly reason: string
    }
  | { readonly kind: 'bury'; readonly reason: string }

/**
 * What becomes of a job whose attempt (1-based) threw `error`.
 * A rate limit waits for its reset and costs no attempt; an abort hands the job back at once and costs none; what could
 * not begin is tried again as after a first failure and costs none, for an outage of the store is not the job's fault;
 * a permanent error is buried at once; anything else is tried again with exponential backoff and full jitter.
 * `random` returns a number in [0, 1).
 */
export function decideFailure(
  error: unknown,
  attempt: number,
  now: Date,
  random: () => number,
  policy: RetryPolicy = defaultRetryPolicy,
): FailureDecision {
  const reason = errorMessage(error)
  switch (errorKind(error)) {
    case 'aborted':
      return { kind: 'retry', delayMs: 0, countsAsAttempt: false, reason }
    case 'rate-limited': {
      const delayMs = error instanceof RateLimitedError ? msUntil(error.retryAt, now) : 0
      return { kind: 'retry', delayMs, countsAsAttempt: false, reason }
    }
    case 'permanent':
      return { kind: 'bury', reason }
    case 'retryable':
    case 'unknown':
      if (error instanceof NotBegunError) {
        return { kind: 'retry', delayMs: backoffMs(1, random, policy), countsAsAttempt: false, reason }
      }
      if (attempt >= policy.maxAttempts) {
        return { kind: 'bury', reason: `gave up after ${attempt} attempts: ${reason}` }
      }
      return {
        kind: 'retry',
        delayMs: backoffMs(attempt, random, policy),
        countsAsAttempt: true,
        reason,
      }
  }
}

/** 0 when it has passed. */
export function msUntil(time: Date, now: Date): number {
  return Math.max(0, time.getTime() - now.getTime())
}

/** Exponential backoff with full jitter: anything between 0 and a delay that grows with each attempt, bounded. */
export function backoffMs(
  attempt: number,
  random: () => number,
  policy: Pick<RetryPolicy, 'baseDelayMs' | 'growth' | 'maxDelayMs'>,
): number {
  return Math.round(
    random() * Math.min(policy.maxDelayMs, policy.baseDelayMs * (policy.growth ?? 2) ** (attempt - 1)),
  )
}
