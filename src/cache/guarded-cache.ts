import type { MeasuringClock } from '../base/clock.ts'
import { errorMessage } from '../base/errors.ts'
import { createGuard } from '../base/guard.ts'
import { createLimitedLog } from '../telemetry/limited-log.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { AnswerCache } from './answer-cache.ts'
import { CacheFullError } from './cache-full-error.ts'

const TELL_EVERY_MS = 60_000

/** A cache that is left alone while it is away. One that is full is not: what it has kept saves money as before. */
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
  const inTime = createLimitedLog(clock, TELL_EVERY_MS)

  return {
    take: async (key, leaseMs) => {
      // To the guard this is an answer.
      const turn = await guarded(() => cache.take(key, leaseMs).catch(unlessFull))
      if (!(turn instanceof CacheFullError)) return turn
      inTime((heldBack) => log.warn({ heldBack }, 'the cache is full: no more answers are kept'))
      throw turn
    },
    extend: (lease, leaseMs) => guarded(() => cache.extend(lease, leaseMs)),
    keep: (lease, entry, options) => guarded(() => cache.keep(lease, entry, options)),
    giveUp: (lease) => guarded(() => cache.giveUp(lease)),
    remove: (key, entry) => guarded(() => cache.remove(key, entry)),
    stats: () => guarded(() => cache.stats()),
    purge: (repository) => guarded(() => cache.purge(repository)),
  }
}

function unlessFull(error: unknown): CacheFullError {
  if (error instanceof CacheFullError) return error
  throw error
}
