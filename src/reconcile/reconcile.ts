import type { MeasuringClock } from '../base/clock.ts'
import { errorMessage, isAbort, RateLimitedError } from '../base/errors.ts'
import type { DeliveryLog } from '../github/github.ts'
import type { Queue } from '../queue/queue.ts'
import type { RunStore } from '../review/run-store.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { Mended, Metrics } from '../telemetry/metrics.ts'
import type { CatchUp } from './catch-up.ts'
import { enqueueOwedRuns } from './enqueue-owed-runs.ts'
import type { FailedDeliveries } from './failed-deliveries.ts'
import type { OpenHeads } from './open-heads.ts'
import { redeliverFailed } from './redeliver-failed.ts'

export interface Reconciled {
  readonly runs: Pick<RunStore, 'owed'>
  readonly queue: Queue
  readonly heads: OpenHeads
  readonly failed: FailedDeliveries
  /** Absent with a token: only an App has one. */
  readonly deliveryLog?: DeliveryLog
  readonly catchUp: CatchUp
  readonly clock: MeasuringClock
  readonly log: Logger
  readonly metrics: Pick<Metrics, 'mended'>
}

/** Compares once what is owed with what was delivered, and mends the difference. Never throws but for an abort. */
export type Sweep = (signal: AbortSignal) => Promise<void>

/**
 * Each step stands for itself: GitHub may be away while the queue is wiped. Open heads come before the queue, so that what
 * is found is enqueued in the same sweep; what GitHub is asked comes last, for it may take its time.
 */
export function createSweep(reconciled: Reconciled): Sweep {
  const { runs, queue, heads, deliveryLog, catchUp, failed, clock, log, metrics } = reconciled
  let patientUntilMs = 0
  if (!deliveryLog) {
    log.info('deliveries that GitHub could not make are not asked for again: that takes a GitHub App')
  }

  return async (signal) => {
    const missing = (await step('count open heads', async () => (await heads.count()).missing)) ?? 0
    if (missing > 0) {
      await mend('head', 'open heads without a review were found, and are reviewed now', () =>
        heads.oweMissing(),
      )
    }
    await mend('hold', 'workers died over their runs', () => heads.freeDead())
    await mend('job', 'runs without a job were enqueued again', () => enqueueOwedRuns(runs, queue))
    if (deliveryLog && clock.monotonicMs() >= patientUntilMs) {
      const redelivering = { deliveryLog, failed, clock, log }
      await mend('delivery', 'deliveries were asked for again', () => redeliverFailed(redelivering, signal))
    }
    await mend('listed', 'heads were found on GitHub that no delivery told of', () => catchUp(signal))
  }

  async function mend(what: Mended, message: string, work: () => Promise<number>): Promise<void> {
    const count = (await step(message, work)) ?? 0
    if (count === 0) return
    metrics.mended(what, count)
    log.warn({ count }, message)
  }

  async function step(what: string, work: () => Promise<number>): Promise<number | undefined> {
    try {
      return await work()
    } catch (error) {
      if (isAbort(error)) throw error
      if (error instanceof RateLimitedError) {
        patientUntilMs = clock.monotonicMs() + error.retryAt.getTime() - clock.now().getTime()
      }
      log.warn({ step: what, error: errorMessage(error) }, 'reconciling goes on without a step')
      return undefined
    }
  }
}
