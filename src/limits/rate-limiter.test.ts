import { randomUUID } from 'node:crypto'
import { describe, inject } from 'vitest'
import { testDatabases } from '../../test/databases.ts'
import { createManualClock } from '../../test/manual-clock.ts'
import { openRedis } from '../redis/open-redis.ts'
import { createLogger } from '../telemetry/logger.ts'
import { rateLimiterContract } from './rate-limiter.contract.ts'
import { openPostgresRateLimiter } from './rate-limiter.postgres.ts'
import { createProcessRateLimiter } from './rate-limiter.process.ts'
import { openRedisRateLimiter } from './rate-limiter.redis.ts'

describe('the rate limiter in one process', () => {
  rateLimiterContract(async () => {
    const clock = createManualClock()
    const limiter = createProcessRateLimiter(clock)
    return { limiter, advance: (ms) => clock.advance(ms), close: () => Promise.resolve() }
  })
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
