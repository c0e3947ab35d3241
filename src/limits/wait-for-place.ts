import type { Clock } from '../base/clock.ts'
import { RateLimitedError } from '../base/errors.ts'
import type { Ask, RateLimiter, Reservation } from './rate-limiter.ts'

export interface WaitOptions {
  readonly limiter: RateLimiter
  readonly clock: Clock
  /** A place that is further away is given back: whoever waits that long holds up others, so the job waits instead. */
  readonly maxWaitMs: number
  /** What for, in words that follow "no place for". */
  readonly what: string
  /** Told before each wait, in milliseconds. */
  readonly onWait?: (waitMs: number) => void
}

export interface PlaceHad {
  /** For whoever does not make the call after all. */
  readonly place: Reservation
  /** What was known of other keys before may be no longer so. */
  readonly hasWaited: boolean
}

/**
 * Resolves when the call may be made. Throws a rate-limited error with the time of the place when that is too far away,
 * and the reason of the signal when that aborts; both give the place back.
 */
export async function waitForPlace(
  ask: Ask,
  { limiter, clock, maxWaitMs, what, onWait }: WaitOptions,
  signal: AbortSignal,
): Promise<PlaceHad> {
  signal.throwIfAborted()
  let place = await limiter.reserve(ask, undefined, signal)
  const hasWaited = place.waitMs > 0
  while (place.waitMs > 0) {
    if (place.waitMs > maxWaitMs) {
      await limiter.cancel(ask.key, place)
      const retryAt = new Date(clock.now().getTime() + place.waitMs)
      throw new RateLimitedError(`no place for ${what} before ${retryAt.toISOString()}`, retryAt)
    }
    onWait?.(place.waitMs)
    try {
      await clock.sleep(place.waitMs, signal)
      // The key may have been paused meanwhile, or we may have slept too long.
      place = await limiter.reserve(ask, place, signal)
    } catch (error) {
      await limiter.cancel(ask.key, place)
      throw error
    }
  }
  return { place, hasWaited }
}
