import { randomUUID } from 'node:crypto'
import { describe, expect, inject, test } from 'vitest'
import { testDatabases } from '../../test/databases.ts'
import { createManualClock } from '../../test/manual-clock.ts'
import { openRedis } from '../redis/open-redis.ts'
import { createLogger } from '../telemetry/logger.ts'
import { rateLimiterContract } from './rate-limiter.contract.ts'
import { openPostgresRateLimiter } from './rate-limiter.postgres.ts'
import { createProcessRateLimiter } from './rate-limiter.process.ts'
import { openRedisRateLimiter } from './rate-limiter.redis.ts'
import { LATENESS_MS } from './rate-limiter.ts'

describe('the rate limiter in one process', () => {
  rateLimiterContract(async () => {
    const clock = createManualClock()
    const limiter = createProcessRateLimiter(clock)
    return { limiter, advance: (ms) => clock.advance(ms), close: () => Promise.resolve() }
  })

  test.each([-3_600_000, 3_600_000])(
    'setting the clock by %d ms neither holds calls up nor lets more through',
    async (ms) => {
      const clock = createManualClock()
      const limiter = createProcessRateLimiter(clock)
      const unlimited = { key: 'reads', cost: 1, limits: [] }
      const limited = { key: 'writes', cost: 1, limits: [{ of: 'calls', max: 1, windowMs: 60_000 }] } as const
      await limiter.reserve(unlimited)
      await limiter.reserve(limited)
      await limiter.pause('paused', { ms: 30_000, slowMs: 0 })
      clock.jump(ms)
      const waits = [unlimited, limited, { ...unlimited, key: 'paused' }].map(
        async (ask) => (await limiter.reserve(ask)).waitMs,
      )
      expect(await Promise.all(waits)).toEqual([0, 60_000 + LATENESS_MS, 30_000])
    },
  )
})

const redisUrl = inject('redisUrl')
describe.skipIf(redisUrl === undefined)('the rate limiter on Redis', () => {
  rateLimiterContract(async () => {
    const clock = createManualClock()
    const redis = openRedis({ url: redisUrl ?? '', log: createLogger('silent') })
    const limiter = openRedisRateLimiter(redis, { prefix: `test-${randomUUID()}`, clock })
    return { limiter, advance: (ms) => clock.advance(ms), close: () => redis.close() }
  })
})

for (const kind of testDatabases()) {
  describe.skipIf(kind.missing)(`the rate limiter on ${kind.name}`, () => {
    rateLimiterContract(async () => {
      const { database, drop } = await kind.open()
      const clock = createManualClock()
      const limiter = openPostgresRateLimiter(database, { clock })
      return { limiter, advance: (ms) => clock.advance(ms), close: drop }
    })
  })
}
