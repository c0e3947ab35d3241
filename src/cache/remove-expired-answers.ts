import type { Clock } from '../base/clock.ts'
import { errorMessage, isAbort } from '../base/errors.ts'
import type { Logger } from '../telemetry/logger.ts'

/** Rows of one statement, and statements of one sweep: more wait for the next. */
const BATCH = 500
const BATCHES = 100

/** Removes answers whose time is over, at once and then at every interval, until the signal aborts. */
export async function keepRemovingExpiredAnswers(
  {
    cache,
    clock,
    log,
  }: {
    readonly cache: { removeExpired(limit: number): Promise<number> }
    readonly clock: Clock
    readonly log: Logger
  },
  intervalMs: number,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      for (let batch = 0; batch < BATCHES && !signal.aborted; batch++) {
        if ((await cache.removeExpired(BATCH)) < BATCH) break
      }
    } catch (error) {
      log.warn({ error: errorMessage(error) }, 'could not remove expired answers')
    }
    try {
      await clock.sleep(intervalMs, signal)
    } catch (error) {
      if (!isAbort(error)) throw error
    }
  }
}
