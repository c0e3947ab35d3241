import { systemClock } from '../base/clock.ts'
import type { Closable } from '../base/closer.ts'
import { openPostgresAnswerCache } from '../cache/answer-cache.postgres.ts'
import { openRedisAnswerCache } from '../cache/answer-cache.redis.ts'
import type { AnswerCache } from '../cache/answer-cache.ts'
import { guardedCache } from '../cache/guarded-cache.ts'
import { keepRemovingExpiredAnswers } from '../cache/remove-expired-answers.ts'
import type { Config } from '../config.ts'
import type { Queryable } from '../postgres/database.ts'
import { openRedis } from '../redis/open-redis.ts'
import type { Logger } from '../telemetry/logger.ts'
import { REDIS_PREFIX } from './redis-prefix.ts'

const REMOVE_EXPIRED_EVERY_MS = 10 * 60_000

export interface OpenedCache extends Closable {
  readonly cache: AnswerCache
}

/** The cache on Redis where there is one, else in the store, where expired answers are swept away. */
export function openCache({ queue }: Pick<Config, 'queue'>, database: Queryable, log: Logger): OpenedCache {
  if (queue.kind === 'redis') {
    const redis = openRedis({ url: queue.url, log })
    const cache = openRedisAnswerCache(redis, { prefix: REDIS_PREFIX })
    return { cache: guardedCache(cache, { clock: systemClock, log }), close: () => redis.close() }
  }
  const cache = openPostgresAnswerCache(database)
  const closing = new AbortController()
  const sweeping = keepRemovingExpiredAnswers(
    { cache, clock: systemClock, log },
    REMOVE_EXPIRED_EVERY_MS,
    closing.signal,
  )
  return {
    cache: guardedCache(cache, { clock: systemClock, log }),
    close: async () => {
      closing.abort()
      await sweeping
    },
  }
}
