import type { Clock } from '../base/clock.ts'
import { errorMessage, isAbort } from '../base/errors.ts'
import type { Queue } from '../queue/queue.ts'
import { reviewJob } from '../review/review-job.ts'
import type { RunStore } from '../review/run-store.ts'
import type { Logger } from '../telemetry/logger.ts'

/** Runs looked at together. */
const PAGE = 1_000
/** Dead letters looked through: more of them are a person's affair first. */
const LETTERS = 10_000

/**
 * Enqueues every run without an end. The queue knows jobs by id, so those that it still has change nothing; what it lost
 * (a crash between commit and enqueue, a queue that was wiped) comes back. A run that is owed although its job lies among
 * the dead letters was taken up again, or could not be ended: its job gets fresh attempts. Returns how many came back.
 */
export async function enqueueOwedRuns(runs: Pick<RunStore, 'owed'>, queue: Queue): Promise<number> {
  const { deadLetters } = await queue.depth()
  const letters = deadLetters > 0 ? await queue.deadLetters(Math.min(deadLetters, LETTERS)) : []
  const buried = new Set(letters.map(({ id }) => id))
  let back = 0
  for (let page = await runs.owed(PAGE); page.length > 0; page = await runs.owed(PAGE, page.at(-1))) {
    const jobs = page.map(reviewJob)
    back += await queue.enqueue(jobs)
    for (const { id } of jobs) if (buried.has(id) && (await queue.replay(id))) back++
  }
  return back
}

/** Sweeps at once and then at every interval, until the signal aborts. */
export async function keepEnqueueingOwedRuns(
  { runs, queue, clock, log }: { runs: RunStore; queue: Queue; clock: Clock; log: Logger },
  intervalMs: number,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      const lost = await enqueueOwedRuns(runs, queue)
      if (lost > 0) log.warn({ runs: lost }, 'runs without a job were enqueued again')
    } catch (error) {
      log.warn({ error: errorMessage(error) }, 'could not look for owed runs')
    }
    try {
      await clock.sleep(intervalMs, signal)
    } catch (error) {
      if (!isAbort(error)) throw error
    }
  }
}
