import { percentiles } from '../../load/percentiles.ts'
import { systemClock } from '../../src/base/clock.ts'
import { mapBounded } from '../../src/base/concurrency.ts'
import { openRedisAnswerCache } from '../../src/cache/answer-cache.redis.ts'
import { cachedModels } from '../../src/cache/model.cached.ts'
import { openRedisRateLimiter } from '../../src/limits/rate-limiter.redis.ts'
import { rateLimitedModel } from '../../src/llm/model.rate-limited.ts'
import { sharedModel } from '../../src/llm/model-source.ts'
import type { Model } from '../../src/llm/model.ts'
import { openRedis } from '../../src/redis/open-redis.ts'
import { estimateTokens } from '../../src/review/estimate-tokens.ts'
import { createLogger } from '../../src/telemetry/logger.ts'
import { shortQuestion } from './short-question.ts'

/** Of one call, in milliseconds. */
export interface Overhead {
  /** Questions under way at the same time. */
  readonly atOnce: number
  /** The look into the cache, and for a miss the place within the limits, the settling, and keeping the answer. */
  readonly hit: { readonly p50Ms: number; readonly p99Ms: number }
  readonly miss: { readonly p50Ms: number; readonly p99Ms: number }
}

const CALLS = 3_000
const WARM_UP = 300

/** What stands around a model that takes no time itself. */
const instant: Model = {
  id: 'openai-compatible/emulated',
  ask: () =>
    Promise.resolve({
      value: { found: [] },
      text: '{"found":[]}',
      finishReason: 'stop',
      rawFinishReason: 'stop',
      usage: { inputTokens: 100, cachedInputTokens: 0, outputTokens: 10 },
      model: 'openai-compatible/emulated',
      source: 'model',
    }),
}

/** What the cache and the limiter on Redis add to a question. */
export async function measureOverhead(redisUrl: string, atOnce: number): Promise<Overhead> {
  const redis = openRedis({ url: redisUrl, log: createLogger('warn') })
  try {
    const limited = rateLimitedModel(instant, {
      limiter: openRedisRateLimiter(redis, { prefix: `overhead-${atOnce}` }),
      clock: systemClock,
      key: 'shared',
      requestsPerMinute: 1_000_000,
      tokensPerMinute: 1_000_000_000,
      estimateTokens,
    })
    const models = cachedModels(sharedModel(limited), {
      cache: openRedisAnswerCache(redis, { prefix: `overhead-${atOnce}` }),
      asked: { provider: 'openai-compatible', model: 'emulated', parameters: {} },
      scope: 'installation',
      ttlMs: 60_000,
      clock: systemClock,
      random: Math.random,
      observer: { lookup: () => undefined, badEntry: () => undefined, error: failed },
    })
    const model = models.forRun({ tenant: '1', repository: 'bench/bench', runId: 'bench' })
    const ask = async (name: string): Promise<number> => {
      const began = performance.now()
      await model.ask(shortQuestion(name), new AbortController().signal)
      return performance.now() - began
    }
    const all = async (names: readonly string[]): Promise<{ p50Ms: number; p99Ms: number }> => {
      const { p50, p99 } = percentiles(await mapBounded(names, atOnce, ask, new AbortController().signal))
      return { p50Ms: Number(p50.toFixed(2)), p99Ms: Number(p99.toFixed(2)) }
    }
    await all(Array.from({ length: WARM_UP }, (_, index) => `warm ${index}`))
    const names = Array.from({ length: CALLS }, (_, index) => `call ${index}`)
    return { atOnce, miss: await all(names), hit: await all(names) }
  } finally {
    await redis.close()
  }
}

function failed(_operation: string, error: unknown): never {
  throw error
}
