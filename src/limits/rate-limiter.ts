/** What one call takes away from the limits of its key. */
export interface Ask {
  /** Whose limits they are: `github:writes:installation 7`, `model:openai`. */
  readonly key: string
  /** Counted by limits of `cost`: tokens, for one. At least 0. A call that costs more than a limit allows waits to be alone. */
  readonly cost: number
  readonly limits: readonly Limit[]
}

/** At most `max` in any sliding window: not on the average, and with no burst at its border. */
export interface Limit {
  readonly of: 'calls' | 'cost'
  /** At least 1. */
  readonly max: number
  readonly windowMs: number
}

/** A place in the future, or now: the call may be made after `waitMs`, by whoever holds it. */
export interface Reservation {
  readonly id: string
  readonly waitMs: number
}

/** What the other side told us. Whoever learns it tells all workers. */
export interface Pause {
  /** No call before this many milliseconds have passed. */
  readonly ms: number
  /** After that, for so long, at most one call a second. */
  readonly slowMs: number
}

/**
 * Gives each call the earliest time at which all limits of its key allow it, in the order in which the calls asked:
 * one question, one wait, no polling. A large call is not overtaken by small ones behind it.
 *
 * Every operation may throw a retryable error when what is behind it is away.
 */
export interface RateLimiter {
  /**
   * Reserves the next place. With `held`, an earlier reservation whose time has come: it is confirmed (`waitMs` is 0)
   * unless the key was paused meanwhile or the holder came too late for the windows to hold; then it is given another
   * place. An abort ends the wait for the turn to ask; then there is no new place, and `held` is as it was.
   */
  reserve(ask: Ask, held?: Reservation, signal?: AbortSignal): Promise<Reservation>

  /** Gives a place back that will not be used. Unknown ones are no error. */
  cancel(key: string, reservation: Reservation): Promise<void>

  /**
   * What a call cost beyond what it asked for is charged to the next ones. Less (negative) is paid back to them, but never
   * more than the places that stand in the longest window cost.
   */
  settle(key: string, difference: number): Promise<void>

  /** A shorter pause than the one in force changes nothing. */
  pause(key: string, pause: Pause): Promise<void>
}

/**
 * A call is made some time after its place. Windows are kept longer by this much, so that one that is late by less
 * does not come too near to the first of the next window. One that is later gets another place.
 */
export const LATENESS_MS = 1_000

/** The spacing of calls after a pause. Source: GitHub REST, "Best practices", "Pause between mutative requests". */
export const SLOW_SPACING_MS = 1_000
