import type { Clock } from '../base/clock.ts'
import { RunLostError, type RunStore, type StartedRun } from './run-store.ts'

/** Whoever holds a pull request and says nothing for this long is taken for dead: as long as the lease of its job. */
export const HOLD_MS = 10_000
/** How often it says so, and hears whether the run is still its own: how soon work for an older head ends. */
const KEEP_MS = 1_000

/**
 * Works on a run, and keeps its pull request from others meanwhile. `lost` aborts when the run is not this attempt's any
 * more: a newer head superseded it, the pull request was closed, or another attempt has it. Then this returns without an
 * error, for others bring it to its end.
 */
export async function whileHeld(
  { runs, clock }: { readonly runs: Pick<RunStore, 'keep' | 'release'>; readonly clock: Clock },
  run: StartedRun,
  work: (lost: AbortSignal) => Promise<void>,
): Promise<void> {
  const lost = new AbortController()
  const done = new AbortController()
  const keeping = keep()
  try {
    await work(lost.signal)
  } catch (error) {
    if (!lost.signal.aborted && !(error instanceof RunLostError)) throw error
  } finally {
    done.abort()
    await keeping
    // Away as the store may be: nobody keeps the hold any more, so it lapses.
    await runs.release(run).catch(() => undefined)
  }

  async function keep(): Promise<void> {
    while (!lost.signal.aborted) {
      try {
        await clock.sleep(KEEP_MS, done.signal)
      } catch {
        return
      }
      // A store that is away lets nobody else start either; what is written is fenced.
      const kept = await runs.keep(run, HOLD_MS).catch(() => true)
      if (!kept && !done.signal.aborted) lost.abort()
    }
  }
}
