import { createRequire } from 'node:module'
import path from 'node:path'
import type { BenchJob, QueueSystem } from './queue-system.ts'

/** As much of BullMQ as this needs: it is installed apart, so its own types are not here. */
interface BullModule {
  readonly Queue: new (
    name: string,
    options: object,
  ) => {
    addBulk(jobs: readonly object[]): Promise<unknown>
    waitUntilReady(): Promise<unknown>
    close(): Promise<void>
  }
  readonly Worker: new (
    name: string,
    process: (job: { readonly data: BenchJob }) => Promise<void>,
    options: object,
  ) => {
    on(event: string, listener: () => void): void
    waitUntilReady(): Promise<unknown>
    close(force: boolean): Promise<void>
  }
}

const KIND = 'review'

/** With its defaults, but that a job is forgotten when it is done, as ours are. */
export function openBullmq(folder: string, url: string, queueName: string, concurrency: number): QueueSystem {
  const { Queue, Worker } = createRequire(path.join(folder, 'package.json'))('bullmq') as BullModule // the version is pinned
  const { hostname: host, port } = new URL(url)
  const connection = { host, port: Number(port), maxRetriesPerRequest: null }
  const queue = new Queue(queueName, { connection })
  let worker: InstanceType<BullModule['Worker']> | undefined
  return {
    enqueue: async (jobs) => {
      await queue.addBulk(
        jobs.map((data) => ({
          name: KIND,
          data,
          opts: { jobId: `review-${data.runId}`, removeOnComplete: true }, // it takes no colon
        })),
      )
    },
    work: async (handle, settled) => {
      worker = new Worker(queueName, ({ data }) => handle(data), { connection, concurrency })
      worker.on('completed', settled)
      worker.on('error', () => undefined)
      await worker.waitUntilReady()
    },
    close: async () => {
      await worker?.close(true)
      await queue.close()
    },
  }
}
