import { errorMessage } from '../base/errors.ts'
import type { NewJob, Queue } from '../queue/queue.ts'
import type { Logger } from '../telemetry/logger.ts'

/** Hands committed work to the queue. Nobody waits for it: what is committed is owed, whatever the queue says. */
export interface Enqueuer {
  enqueue(job: NewJob): void
  /** Waits for what was handed over, at most as long as the queue takes. */
  close(): Promise<void>
}

/** A queue that hangs must not fill the memory: beyond this, jobs are left to the reconciler. */
const MAX_WAITING = 10_000

/**
 * Collects jobs while a call to the queue is under way, and sends them together with the next one:
 * under load many deliveries share one round trip. A job that could not be enqueued is left to the reconciler,
 * which enqueues every run that is owed.
 */
export function openEnqueuer(queue: Pick<Queue, 'enqueue'>, log: Logger): Enqueuer {
  let waiting = new Map<string, NewJob>()
  let sending: Promise<void> | undefined

  async function sendAll(): Promise<void> {
    while (waiting.size > 0) {
      const jobs = [...waiting.values()]
      waiting = new Map()
      try {
        await queue.enqueue(jobs)
      } catch (error) {
        log.warn(
          { jobs: jobs.length, problem: errorMessage(error) },
          'enqueueing failed: left to the reconciler',
        )
      }
    }
    sending = undefined
  }

  return {
    enqueue: (job) => {
      if (waiting.size >= MAX_WAITING) {
        log.warn({ job: job.id }, 'the queue does not keep up: left to the reconciler')
        return
      }
      waiting.set(job.id, job)
      sending ??= sendAll()
    },
    close: async () => {
      await sending
    },
  }
}
