import type { MeasuringClock } from '../base/clock.ts'
import { createGuard } from '../base/guard.ts'
import type { RateLimiter } from './rate-limiter.ts'

/** Limits that are left alone while what they are shared on is away. */
export function guardedRateLimiter(
  limiter: RateLimiter,
  clock: Pick<MeasuringClock, 'monotonicMs'>,
): RateLimiter {
  const guarded = createGuard({ what: 'what limits are shared on', clock })
  return {
    reserve: (ask, held, signal) => guarded(() => limiter.reserve(ask, held, signal)),
    cancel: (key, place) => guarded(() => limiter.cancel(key, place)),
    settle: (key, difference) => guarded(() => limiter.settle(key, difference)),
    pause: (key, pause) => guarded(() => limiter.pause(key, pause)),
  }
}
