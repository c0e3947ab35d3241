import { z } from 'zod'
import { systemClock } from '../../src/base/clock.ts'
import { isAbort, RateLimitedError } from '../../src/base/errors.ts'
import { openPostgresRateLimiter } from '../../src/limits/rate-limiter.postgres.ts'
import { openRedisRateLimiter } from '../../src/limits/rate-limiter.redis.ts'
import type { RateLimiter } from '../../src/limits/rate-limiter.ts'
import { openModel } from '../../src/llm/model.ai-sdk.ts'
import { rateLimitedModel } from '../../src/llm/model.rate-limited.ts'
import type { Model } from '../../src/llm/model.ts'
import { openPostgres } from '../../src/postgres/database.pg.ts'
import { openRedis } from '../../src/redis/open-redis.ts'
import { estimateTokens } from '../../src/review/estimate-tokens.ts'
import { createLogger } from '../../src/telemetry/logger.ts'
import { readyToGo } from '../at-once.ts'
import { shortQuestion } from './short-question.ts'

const assignment = z.object({
  store: z.enum(['redis', 'postgres']),
  url: z.string(),
  baseUrl: z.string(),
  requestsPerMinute: z.number(),
  callers: z.number(),
  forMs: z.number(),
})
const { store, url, baseUrl, requestsPerMinute, callers, forMs } = assignment.parse(
  JSON.parse(process.argv[2] ?? ''),
)
const log = createLogger('warn')

const { limiter, close } = openLimiter()
const model = rateLimitedModel(
  openModel({ provider: 'openai-compatible', model: 'emulated', apiKey: 'k', baseUrl, timeoutMs: 60_000 }),
  { limiter, clock: systemClock, key: 'shared', requestsPerMinute, estimateTokens },
)
await readyToGo()
const signal = AbortSignal.timeout(forMs)
const calls = await Promise.all(Array.from({ length: callers }, () => callUntil(model, signal)))
process.send?.(calls.reduce((sum, made) => sum + made, 0))
await close()

function openLimiter(): { limiter: RateLimiter; close: () => Promise<void> } {
  if (store === 'redis') {
    const redis = openRedis({ url, log })
    return { limiter: openRedisRateLimiter(redis, { prefix: 'bench' }), close: () => redis.close() }
  }
  const database = openPostgres({ url, poolSize: 10, log })
  return { limiter: openPostgresRateLimiter(database), close: () => database.close() }
}

/** Asks again as soon as it may, as the queue has its runs done. Returns how often it was answered. */
async function callUntil(model: Model, signal: AbortSignal): Promise<number> {
  for (let made = 0; ;) {
    try {
      await model.ask(shortQuestion(String(made)), signal)
      made += 1
    } catch (error) {
      if (signal.aborted) return made
      if (!(error instanceof RateLimitedError)) throw error
      const waitMs = error.retryAt.getTime() - systemClock.now().getTime()
      await systemClock.sleep(Math.max(0, waitMs), signal).catch((thrown: unknown) => {
        if (!isAbort(thrown) && !signal.aborted) throw thrown
      })
    }
  }
}
