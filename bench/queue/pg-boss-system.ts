import { createRequire } from 'node:module'
import path from 'node:path'
import type { BenchJob, QueueSystem } from './queue-system.ts'

/** As much of pg-boss as this needs: it is installed apart, so its own types are not here. */
type BossModule = new (options: object) => {
  on(event: string, listener: () => void): void
  start(): Promise<unknown>
  createQueue(name: string): Promise<void>
  insert(jobs: readonly object[]): Promise<unknown>
  fetch(name: string, options: object): Promise<readonly { readonly id: string; readonly data: BenchJob }[]>
  complete(name: string, ids: readonly string[]): Promise<unknown>
  stop(options: object): Promise<void>
}

const NAME = 'review'
/** Of the sizes that were tried the fastest, where the concurrency allows it. */
const BATCH = 200

/**
 * In its fastest way: `work` looks for jobs twice a second at most, so loops of our own fetch batches and complete them
 * whole, in one statement each.
 */
export async function openPgBoss(folder: string, url: string, concurrency: number): Promise<QueueSystem> {
  const Boss = createRequire(path.join(folder, 'package.json'))('pg-boss') as BossModule // the version is pinned
  const boss = new Boss({ connectionString: url, max: 10 })
  boss.on('error', () => undefined)
  await boss.start()
  await boss.createQueue(NAME)
  const batchSize = Math.min(BATCH, concurrency)
  const stopping = new AbortController()
  let loops: Promise<void>[] = []

  async function loop(handle: (job: BenchJob) => Promise<void>, settled: () => void): Promise<void> {
    while (!stopping.signal.aborted) {
      const jobs = await boss.fetch(NAME, { batchSize })
      if (jobs.length === 0) continue
      await Promise.all(jobs.map(({ data }) => handle(data)))
      await boss.complete(
        NAME,
        jobs.map(({ id }) => id),
      )
      for (let count = 0; count < jobs.length; count++) settled()
    }
  }

  return {
    enqueue: async (jobs) => {
      await boss.insert(jobs.map((data) => ({ name: NAME, id: data.runId, data })))
    },
    work: (handle, settled) => {
      loops = Array.from({ length: Math.ceil(concurrency / batchSize) }, () => loop(handle, settled))
      return Promise.resolve()
    },
    close: async () => {
      stopping.abort()
      await Promise.all(loops)
      await boss.stop({ graceful: false })
    },
  }
}
