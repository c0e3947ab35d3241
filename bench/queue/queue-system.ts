/** A queue and its worker as their users have them: what is measured. */
export interface QueueSystem {
  /** Adds jobs in one call, each under an id by which it cannot be added twice. */
  enqueue(jobs: readonly BenchJob[]): Promise<void>
  /** Starts a worker, once. `handle` is the whole work; `settled` is told when a job is done and forgotten by the queue. */
  work(handle: (job: BenchJob) => Promise<void>, settled: () => void): Promise<void>
  close(): Promise<void>
}

/** As large as a job of the product: a run's id. */
export interface BenchJob {
  readonly runId: string
}

export const systemNames = ['lorgnette on Redis', 'BullMQ', 'lorgnette on PostgreSQL', 'pg-boss'] as const
export type SystemName = (typeof systemNames)[number]
