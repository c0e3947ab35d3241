import { systemClock } from '../base/clock.ts'
import type { Closable } from '../base/closer.ts'
import { errorMessage } from '../base/errors.ts'
import { REDIS_PREFIX } from './redis-prefix.ts'
import type { Config } from '../config.ts'
import type { ModelConfig } from '../config/choose-model.ts'
import { pacedGitHub } from '../github/github.paced.ts'
import type { GitHub } from '../github/github.ts'
import { guardedRateLimiter } from '../limits/rate-limiter.guarded.ts'
import { linedRateLimiter } from '../limits/rate-limiter.lined.ts'
import { openPostgresRateLimiter } from '../limits/rate-limiter.postgres.ts'
import { createProcessRateLimiter } from '../limits/rate-limiter.process.ts'
import { openRedisRateLimiter } from '../limits/rate-limiter.redis.ts'
import { resilientRateLimiter } from '../limits/rate-limiter.resilient.ts'
import type { RateLimiter } from '../limits/rate-limiter.ts'
import { rateLimitedModel } from '../llm/model.rate-limited.ts'
import type { Model } from '../llm/model.ts'
import type { Database } from '../postgres/database.ts'
import { openRedis } from '../redis/open-redis.ts'
import { estimateTokens } from '../review/estimate-tokens.ts'
import { createLimitedLog } from '../telemetry/limited-log.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { Metrics } from '../telemetry/metrics.ts'

/**
 * What all processes know of the limits of others: kept on Redis where there is one, else in PostgreSQL; the embedded
 * store has one process, which keeps them by itself.
 */
export function openRateLimiter(
  { store, queue }: Config,
  database: Database,
  log: Logger,
): RateLimiter & Closable {
  const own = createProcessRateLimiter(systemClock)
  const inTime = createLimitedLog(systemClock, 60_000)
  const onAway = (error: unknown): void =>
    inTime((heldBack) =>
      log.warn(
        { error: errorMessage(error), heldBack },
        'limits are kept by this process alone: what they are shared on is away',
      ),
    )
  if (queue.kind === 'redis') {
    const redis = openRedis({ url: queue.url, log })
    const shared = guardedRateLimiter(openRedisRateLimiter(redis, { prefix: REDIS_PREFIX }), systemClock)
    return { ...resilientRateLimiter(shared, own, onAway), close: () => redis.close() }
  }
  const close = (): Promise<void> => Promise.resolve()
  if (store.kind === 'embedded') return { ...own, close }
  const shared = linedRateLimiter(guardedRateLimiter(openPostgresRateLimiter(database), systemClock))
  return { ...resilientRateLimiter(shared, own, onAway), close }
}

/** A process that shares its limits with nobody: the command line. */
export function ownRateLimiter(): RateLimiter {
  return createProcessRateLimiter(systemClock)
}

/** Names the account that a model is asked with, in limits. */
export function accountOf({ provider, baseUrl }: ModelConfig): string {
  return `model:${provider}:${baseUrl === undefined ? '' : new URL(baseUrl).host}`
}

/** A model within the limits of its account, with waits that can be seen. */
export function modelWithinLimits(
  model: Model,
  llm: ModelConfig,
  limiter: RateLimiter,
  metrics?: Metrics,
): Model {
  const { requestsPerMinute, tokensPerMinute } = llm
  return rateLimitedModel(model, {
    limiter,
    clock: systemClock,
    key: accountOf(llm),
    estimateTokens,
    ...(requestsPerMinute !== undefined && { requestsPerMinute }),
    ...(tokensPerMinute !== undefined && { tokensPerMinute }),
    ...(metrics && { onWait: (waitMs) => metrics.limitWait('model', waitMs / 1_000) }),
  })
}

/** GitHub within its limits, with waits that can be seen. */
export function withinLimits(
  github: GitHub,
  { github: { writes } }: Config,
  limiter: RateLimiter,
  metrics: Metrics,
): GitHub {
  return pacedGitHub(github, {
    limiter,
    writes,
    clock: systemClock,
    onWait: (kind, waitMs) =>
      metrics.limitWait(kind === 'read' ? 'github-read' : 'github-write', waitMs / 1_000),
  })
}
