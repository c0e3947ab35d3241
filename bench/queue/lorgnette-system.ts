import { z } from 'zod'
import { systemClock } from '../../src/base/clock.ts'
import { openPostgres } from '../../src/postgres/database.pg.ts'
import { openPostgresQueue } from '../../src/queue/queue.postgres.ts'
import { openRedisQueue } from '../../src/queue/queue.redis.ts'
import type { JobId, Queue } from '../../src/queue/queue.ts'
import { openRedis } from '../../src/redis/open-redis.ts'
import { createLogger } from '../../src/telemetry/logger.ts'
import { openMetrics } from '../../src/telemetry/metrics.ts'
import { startWorker, type Worker } from '../../src/worker/worker.ts'
import type { BenchJob, QueueSystem } from './queue-system.ts'

/** As `compose.ts` sets it. */
const LEASE_MS = 10_000

const log = createLogger('info')

export function openLorgnetteOnRedis(url: string, queueName: string, concurrency: number): QueueSystem {
  const redis = openRedis({ url, log })
  return createSystem(openRedisQueue(redis, { log, prefix: queueName }), redis, concurrency)
}

export function openLorgnetteOnPostgres(url: string, concurrency: number): QueueSystem {
  const database = openPostgres({ url, poolSize: 10, log })
  return createSystem(openPostgresQueue(database, { log }), database, concurrency)
}

/** The product's own worker, with its logs and metrics, and a handler of our own. */
function createSystem(queue: Queue, below: { close(): Promise<void> }, concurrency: number): QueueSystem {
  const metrics = openMetrics()
  let worker: Worker | undefined
  return {
    enqueue: async (jobs) => {
      const added = await queue.enqueue(
        jobs.map(({ runId }) => ({ id: `review:${runId}` as JobId, kind: 'review', payload: { runId } })), // as `jobFor` does
      )
      if (added !== jobs.length) throw new Error(`${jobs.length - added} jobs were known already`)
    },
    work: (handle, settled) => {
      worker = startWorker({
        queue,
        handlers: {
          review: { payload: z.object({ runId: z.string() }), handle: (job) => handle(job as BenchJob) },
        }, // the schema let it through
        clock: systemClock,
        random: Math.random,
        log,
        metrics: {
          ...metrics,
          job: (kind, outcome) => {
            metrics.job(kind, outcome)
            settled()
          },
        },
        name: `bench:${process.pid}`,
        concurrency,
        leaseMs: LEASE_MS,
      })
      return Promise.resolve()
    },
    close: async () => {
      await worker?.stop(0)
      await queue.close()
      await below.close()
    },
  }
}
