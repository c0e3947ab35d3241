import { createLines } from '../base/lines.ts'
import type { RateLimiter } from './rate-limiter.ts'

/**
 * Limits of which this process asks for one place of a key at a time. A server that lets one at a time look at a key makes
 * the others wait: who waits here instead keeps no connection from anybody.
 */
export function linedRateLimiter(limiter: RateLimiter): RateLimiter {
  const lines = createLines()
  return {
    ...limiter,
    reserve: async (ask, held, signal) => {
      const leave = await lines.stand(ask.key, signal)
      try {
        return await limiter.reserve(ask, held, signal)
      } finally {
        leave()
      }
    },
  }
}
