import type { MeasuringClock } from '../base/clock.ts'
import { errorMessage } from '../base/errors.ts'
import type { ClaimedJob, Queue } from '../queue/queue.ts'
import type { Logger } from '../telemetry/logger.ts'

/** Keeps the leases of jobs until they are let go. */
export interface Heartbeats {
  /** Begins to extend the lease of a job. `onLost` is told when it is gone. Returns what ends it. */
  keep(job: ClaimedJob, onLost: () => void): () => void
  /** Resolves when no call to the queue is under way. */
  ended(): Promise<void>
}

export interface HeartbeatOptions {
  readonly queue: Pick<Queue, 'extend'>
  readonly clock: MeasuringClock
  readonly log: Logger
  readonly leaseMs: number
}

interface Kept {
  readonly job: ClaimedJob
  readonly onLost: () => void
  /** When it ends by all that we were told: measured, whatever the clock on the wall says. */
  untilMs: number
}

/**
 * All jobs of a worker share one pulse, three times in the length of a lease: a timer and its abort for each job took a
 * fifth of the worker's time where jobs are short, and calls of one pulse share a round trip.
 *
 * A lease is lost when the queue says so: another worker has the job. It is lost, too, when it ran out while the queue
 * was away: nobody could tell us.
 */
export function createHeartbeats({ queue, clock, log, leaseMs }: HeartbeatOptions): Heartbeats {
  const kept = new Set<Kept>()
  const pulses = new Set<Promise<void>>()
  let stop = new AbortController()

  async function pulse(stopped: AbortSignal): Promise<void> {
    for (;;) {
      try {
        await clock.sleep(leaseMs / 3, stopped)
      } catch {
        return // nothing is left to keep
      }
      await Promise.all([...kept].map(extend))
    }
  }

  async function extend(lease: Kept): Promise<void> {
    const jobId = lease.job.id
    const askedMs = clock.monotonicMs()
    let held: boolean
    try {
      held = await queue.extend(lease.job, leaseMs)
      lease.untilMs = askedMs + leaseMs
    } catch (error) {
      held = clock.monotonicMs() < lease.untilMs
      log.warn({ jobId, held, error: errorMessage(error) }, 'heartbeat failed')
    }
    // Let go while the heartbeat was under way: nothing is lost.
    if (held || !kept.has(lease)) return
    log.warn({ jobId }, 'lease lost, aborting the job')
    letGo(lease)
    lease.onLost()
  }

  function letGo(lease: Kept): void {
    kept.delete(lease)
    if (kept.size === 0) stop.abort()
  }

  return {
    keep: (job, onLost) => {
      const lease = { job, onLost, untilMs: clock.monotonicMs() + leaseMs }
      kept.add(lease)
      if (kept.size === 1) {
        stop = new AbortController()
        const beating = pulse(stop.signal).finally(() => pulses.delete(beating))
        pulses.add(beating)
      }
      return () => letGo(lease)
    },
    ended: async () => {
      await Promise.all(pulses)
    },
  }
}
