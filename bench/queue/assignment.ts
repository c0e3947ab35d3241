import { z } from 'zod'
import { systemNames } from './queue-system.ts'

/** What a process is asked to measure or to do. */
const task = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('throughput'), jobs: z.number(), warmUp: z.number() }),
  z.object({ kind: z.literal('latency'), jobs: z.number(), warmUp: z.number(), perSecond: z.number() }),
  z.object({ kind: z.literal('fill'), jobs: z.number() }),
  z.object({ kind: z.literal('hold') }),
])

/** With what, where, and in which queue there. */
export const assignment = z.object({
  system: z.enum(systemNames),
  url: z.string(),
  /** Where the peers are installed. */
  folder: z.string(),
  /** Keeps queues on one Redis apart; on PostgreSQL each has a database. */
  queueName: z.string(),
  /** Jobs that a worker has at once. */
  concurrency: z.number(),
  task,
})
export type Assignment = z.infer<typeof assignment>
