import type { Clock } from '../base/clock.ts'
import { errorMessage, isAbort } from '../base/errors.ts'
import type { Database, HeldName } from '../postgres/database.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { Sweep } from './reconcile.ts'

const NAME = 'reconciler'
/** A leader that is silent for so many intervals is frozen, or gone: another one leads. */
const SILENT_INTERVALS = 4
const LEAST_SILENT_MS = 60_000

/**
 * Sweeps at every interval while this process leads, and tries to lead while it does not: one among all processes on the
 * store leads at a time. Two may sweep at once for a moment, when a frozen one wakes up: every step of a sweep bears it.
 */
export async function keepReconciling(
  {
    sweep,
    database,
    clock,
    log,
  }: {
    readonly sweep: Sweep
    readonly database: Pick<Database, 'hold'>
    readonly clock: Clock
    readonly log: Logger
  },
  intervalMs: number,
  signal: AbortSignal,
): Promise<void> {
  const silentMs = Math.max(LEAST_SILENT_MS, SILENT_INTERVALS * intervalMs)
  let lead: HeldName | undefined
  try {
    while (!signal.aborted) {
      lead = await leading(lead).catch((error: unknown) => {
        log.warn({ error: errorMessage(error) }, 'cannot tell who reconciles')
        return undefined
      })
      if (lead) await sweep(signal)
      await clock.sleep(intervalMs, signal)
    }
  } catch (error) {
    if (!isAbort(error)) throw error
  } finally {
    await lead?.release()
  }

  async function leading(before: HeldName | undefined): Promise<HeldName | undefined> {
    if (await before?.isHeld()) return before
    if (before) log.warn('this process reconciles no more')
    const taken = await database.hold(NAME, silentMs)
    if (taken) log.info('this process reconciles')
    return taken
  }
}
