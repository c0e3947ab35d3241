import type { Clock } from '../base/clock.ts'
import { errorMessage, isAbort } from '../base/errors.ts'
import type { Queue } from '../queue/queue.ts'
import { reviewJob } from '../review/review-job.ts'
import type { RunStore } from '../review/run-store.ts'
import type { Logger } from '../telemetry/logger.ts'

/** Runs looked at in one sweep: more come with the next. */
const SWEEP = 1_000

/**
 * Enqueues every run without an end. The queue knows jobs by id, so those that it still has change nothing; what it lost
 * (a crash between commit and enqueue, a queue that was wiped) comes back. A run that is owed although its job lies among
 * the dead letters was taken up again, or could not be ended: its job gets fresh attempts. Returns how many came back.
 */
export async function enqueueOwedRuns(runs: RunStore, queue: Queue): Promise<number> {
  const jobs = (await runs.owed(SWEEP)).map(reviewJob)
  if (jobs.length === 0) return 0
  const lost = await queue.enqueue(jobs)
  const owed = new Set(jobs.map(({ id }) => id))
  const buried = (await queue.deadLetters(SWEEP)).filter(({ id }) => owed.has(id))
  for (const { id } of buried) await queue.replay(id)
  return lost + buried.length
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
