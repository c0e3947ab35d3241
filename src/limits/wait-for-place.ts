import type { Clock } from '../base/clock.ts'
import { RateLimitedError } from '../base/errors.ts'
import type { Ask, RateLimiter } from './rate-limiter.ts'

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

/**
 * Resolves when the call may be made. Throws a rate-limited error with the time of the place when that is too far away,
 * and the reason of the signal when that aborts; both give the place back.
 */
export async function waitForPlace(
  ask: Ask,
  { limiter, clock, maxWaitMs, what, onWait }: WaitOptions,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted()
  let place = await limiter.reserve(ask, undefined, signal)
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
}
