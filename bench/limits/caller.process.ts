import { setMaxListeners } from 'node:events'
import { z } from 'zod'
import { systemClock } from '../../src/base/clock.ts'
import { errorKind, isAbort, RateLimitedError } from '../../src/base/errors.ts'
import { linedRateLimiter } from '../../src/limits/rate-limiter.lined.ts'
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
/** After what is shared on was away. */
const RETRY_MS = 1_000
const log = createLogger('warn')

const { limiter, close } = openLimiter()
/** When calls were made: right after they had their place. */
const made: number[] = []
const inner = openModel({
  provider: 'openai-compatible',
  model: 'emulated',
  apiKey: 'k',
  baseUrl,
  timeoutMs: 60_000,
})
const noted: Model = {
  id: inner.id,
  ask: (question, signal) => {
    made.push(performance.timeOrigin + performance.now())
    return inner.ask(question, signal)
  },
}
const model = rateLimitedModel(noted, {
  limiter,
  clock: systemClock,
  key: 'shared',
  requestsPerMinute,
  estimateTokens,
})
await readyToGo()
const signal = AbortSignal.timeout(forMs)
setMaxListeners(2 * callers, signal)
let failed = 0
await Promise.all(Array.from({ length: callers }, () => callUntil(model, signal)))
process.send?.({ made, failed })
await close()

function openLimiter(): { limiter: RateLimiter; close: () => Promise<void> } {
  if (store === 'redis') {
    const redis = openRedis({ url, log })
    return { limiter: openRedisRateLimiter(redis, { prefix: 'bench' }), close: () => redis.close() }
  }
  const database = openPostgres({ url, poolSize: 10, log })
  return { limiter: linedRateLimiter(openPostgresRateLimiter(database)), close: () => database.close() }
}

/** Asks again as soon as it may, as the queue has its runs done. */
async function callUntil(model: Model, signal: AbortSignal): Promise<void> {
  for (;;) {
    try {
      await model.ask(shortQuestion('Is this right?'), signal)
    } catch (error) {
      if (signal.aborted) return
      let waitMs = RETRY_MS
      if (error instanceof RateLimitedError) waitMs = error.retryAt.getTime() - systemClock.now().getTime()
      else if (errorKind(error) === 'retryable') failed += 1
      else throw error
      await systemClock.sleep(Math.max(0, waitMs), signal).catch((thrown: unknown) => {
        if (!isAbort(thrown) && !signal.aborted) throw thrown
      })
    }
  }
}
