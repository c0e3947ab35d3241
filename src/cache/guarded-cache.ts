import type { MeasuringClock } from '../base/clock.ts'
import { errorMessage } from '../base/errors.ts'
import { createGuard } from '../base/guard.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { AnswerCache } from './answer-cache.ts'

/** A cache that is left alone while it is away. */
export function guardedCache(
  cache: AnswerCache,
  { clock, log }: { readonly clock: Pick<MeasuringClock, 'monotonicMs'>; readonly log: Logger },
): AnswerCache {
  const guarded = createGuard({
    what: 'the cache',
    clock,
    onAway: (error) =>
      log.warn({ reason: errorMessage(error) }, 'the cache is away: the model is asked without it'),
    onBack: () => log.info('the cache is back'),
  })
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
