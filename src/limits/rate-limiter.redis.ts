import type { Clock } from '../base/clock.ts'
import type { Redis, Script } from '../redis/redis.ts'
import { cancel, pause, reserve, settle } from './limit-scripts.redis.ts'
import type { RateLimiter } from './rate-limiter.ts'

export interface RedisRateLimiterOptions {
  /** Letters, digits and `_:.-`. */
  readonly prefix: string
  /** Decides what time it is, for tests; without it the server does, and all machines agree. */
  readonly clock?: Clock
}

/** Limits that all processes on one Redis keep together. One question is one round trip. */
export function openRedisRateLimiter(redis: Redis, { prefix, clock }: RedisRateLimiterOptions): RateLimiter {
  const now = (): string => (clock ? String(clock.now().getTime()) : '')
  const begin = `{${prefix}}:limits:`
  const run = (named: Script, key: string, ...args: readonly (string | number)[]): Promise<unknown> =>
    redis.run(named, [`${begin}${key}:places`, `${begin}${key}:state`], [now(), ...args.map(String)])

  return {
    reserve: async ({ key, cost, limits }, held) => {
      const flat = limits.flatMap(({ of, max, windowMs }) => [of, max, windowMs])
      const reply = await run(reserve, key, held?.id ?? '', cost, ...flat)
      // The script replies with two texts.
      const [id, waitMs] = reply as readonly [string, string]
      return { id, waitMs: Number(waitMs) }
    },
    cancel: async (key, { id }) => void (await run(cancel, key, id)),
    settle: async (key, difference) => void (await run(settle, key, Math.round(difference))),
    pause: async (key, { ms, slowMs }) => void (await run(pause, key, ms, slowMs)),
  }
}
