import type { MeasuringClock } from './clock.ts'
import { BusyError, errorKind, RetryableError } from './errors.ts'

export interface GuardOptions {
  /** What is left alone while it is away, for the error of calls that are not made. */
  readonly what: string
  readonly clock: Pick<MeasuringClock, 'monotonicMs'>
  /** Told of the failure that begins a pause, but not of those that make it longer. */
  readonly onAway?: (error: unknown) => void
  readonly onBack?: () => void
}

/** A server that is away is tried again after this time, by one call. */
const PAUSE_MS = 5_000

/** Each of them waited for its time-out: calls are better off without a server that has room for none. */
const MAX_BUSY_IN_A_ROW = 3

/**
 * Leaves a server alone while it is away: every call would wait for its time-out otherwise. The first failure that may
 * pass by itself closes the way, and calls fail at once; after a pause one call is let through, and what becomes of it
 * decides. A server that had no room for a call is not away: only several such failures in a row close the way.
 */
export function createGuard({
  what,
  clock,
  onAway,
  onBack,
}: GuardOptions): <Result>(call: () => Promise<Result>) => Promise<Result> {
  let closedUntil: number | undefined
  let busyInARow = 0

  return async (call) => {
    const now = clock.monotonicMs()
    if (closedUntil !== undefined) {
      if (now < closedUntil) throw new RetryableError(`${what} was away a moment ago`)
      closedUntil = now + PAUSE_MS // others wait for what becomes of this one
    }
    try {
      const result = await call()
      if (closedUntil !== undefined) onBack?.()
      closedUntil = undefined
      busyInARow = 0
      return result
    } catch (error) {
      if (error instanceof BusyError) busyInARow++
      if (isAway(error)) {
        if (closedUntil === undefined) onAway?.(error)
        closedUntil = clock.monotonicMs() + PAUSE_MS
      }
      throw error
    }
  }

  function isAway(error: unknown): boolean {
    if (error instanceof BusyError) return busyInARow >= MAX_BUSY_IN_A_ROW
    return errorKind(error) === 'retryable'
  }
}
