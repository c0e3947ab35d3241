import type { MeasuringClock } from '../base/clock.ts'
import { errorKind, errorMessage, RetryableError } from '../base/errors.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { AnswerCache } from './answer-cache.ts'

/** A server that is away is tried again after this time, by one call. */
const PAUSE_MS = 5_000

/**
 * A cache that is left alone while it is away: every question would wait for its time-out otherwise. The first failure
 * that may pass by itself opens the guard, and calls fail at once; after a pause one call is let through, and what
 * becomes of it decides.
 */
export function guardedCache(
  cache: AnswerCache,
  { clock, log }: { readonly clock: Pick<MeasuringClock, 'monotonicMs'>; readonly log: Logger },
): AnswerCache {
  let closedUntil: number | undefined

  async function guarded<Result>(call: () => Promise<Result>): Promise<Result> {
    const now = clock.monotonicMs()
    if (closedUntil !== undefined) {
      if (now < closedUntil) throw new RetryableError('the cache was away a moment ago')
      closedUntil = now + PAUSE_MS // others wait for what becomes of this one
    }
    try {
      const result = await call()
      if (closedUntil !== undefined) log.info('the cache is back')
      closedUntil = undefined
      return result
    } catch (error) {
      if (errorKind(error) === 'retryable') {
        if (closedUntil === undefined) {
          log.warn({ reason: errorMessage(error) }, 'the cache is away: the model is asked without it')
        }
        closedUntil = clock.monotonicMs() + PAUSE_MS
      }
      throw error
    }
  }

  return {
    take: (key, leaseMs) => guarded(() => cache.take(key, leaseMs)),
    extend: (lease, leaseMs) => guarded(() => cache.extend(lease, leaseMs)),
    keep: (lease, entry, options) => guarded(() => cache.keep(lease, entry, options)),
    giveUp: (lease) => guarded(() => cache.giveUp(lease)),
    remove: (key, entry) => guarded(() => cache.remove(key, entry)),
    stats: () => guarded(() => cache.stats()),
    purge: (repository) => guarded(() => cache.purge(repository)),
  }
}
