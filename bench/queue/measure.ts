import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { BenchJob, QueueSystem } from './queue-system.ts'

/** Jobs in one call, and calls at once, of whoever fills a queue. */
const PORTION = 100
const SENDERS = 4

const newJob = (): BenchJob => ({ runId: randomUUID() })

export async function fill(system: QueueSystem, jobs: number): Promise<void> {
  let left = jobs
  async function send(): Promise<void> {
    while (left > 0) {
      const portion = Math.min(PORTION, left)
      left -= portion
      await system.enqueue(Array.from({ length: portion }, newJob))
    }
  }
  await Promise.all(Array.from({ length: SENDERS }, send))
}

/**
 * Jobs per second from the first call that adds one to the settlement of the last, while jobs are added and done in the
 * same process. What ran before does not count: it warms up.
 */
export async function measureThroughput(system: QueueSystem, jobs: number, warmUp: number): Promise<number> {
  let left = 0
  let finish = (): void => undefined
  await system.work(
    () => Promise.resolve(),
    () => {
      if (--left === 0) finish()
    },
  )
  async function pass(count: number): Promise<number> {
    left = count
    const finished = new Promise<void>((resolve) => {
      finish = resolve
    })
    const began = performance.now()
    await fill(system, count)
    await finished
    return (count / (performance.now() - began)) * 1_000
  }
  await pass(warmUp)
  return await pass(jobs)
}

/** Milliseconds from the call that adds a job to its handler, for jobs that come at an even pace; sorted. */
export async function measureLatency(
  system: QueueSystem,
  jobs: number,
  perSecond: number,
  warmUp: number,
): Promise<number[]> {
  const sentAt = new Map<string, number>()
  const latencies: number[] = []
  let handled = (): void => undefined
  await system.work(
    ({ runId }) => {
      latencies.push(performance.now() - (sentAt.get(runId) ?? NaN))
      handled()
      return Promise.resolve()
    },
    () => undefined,
  )
  const began = performance.now()
  const all = warmUp + jobs
  const done = new Promise<void>((resolve) => {
    handled = () => {
      if (latencies.length === all) resolve()
    }
  })
  for (let sent = 0; sent < all; sent++) {
    await delay(Math.max(0, began + (sent * 1_000) / perSecond - performance.now()))
    const job = newJob()
    sentAt.set(job.runId, performance.now())
    await system.enqueue([job])
  }
  await done
  return latencies.slice(warmUp).sort((a, b) => a - b)
}
