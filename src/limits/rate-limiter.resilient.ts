import { errorKind } from '../base/errors.ts'
import type { RateLimiter } from './rate-limiter.ts'

/**
 * Shared limits, and this process's own while what they stand on is away: a limiter that cannot be asked stops no
 * review. Places of the one are unknown to the other, which then gives a new one. `onAway` is told of each failure.
 */
export function resilientRateLimiter(
  shared: RateLimiter,
  own: RateLimiter,
  onAway: (error: unknown) => void,
): RateLimiter {
  async function either<Result>(ask: (limiter: RateLimiter) => Promise<Result>): Promise<Result> {
    try {
      return await ask(shared)
    } catch (error) {
      if (errorKind(error) !== 'retryable') throw error
      onAway(error)
      return await ask(own)
    }
  }
  return {
    reserve: (ask, held, signal) => either((limiter) => limiter.reserve(ask, held, signal)),
    cancel: (key, place) => either((limiter) => limiter.cancel(key, place)),
    settle: (key, difference) => either((limiter) => limiter.settle(key, difference)),
    pause: async (key, pause) => {
      // Both: what they are shared on may be away before the pause ends.
      await own.pause(key, pause)
      await either((limiter) => limiter.pause(key, pause))
    },
  }
}
