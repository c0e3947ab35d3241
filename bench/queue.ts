import { z } from 'zod'
import { installPeers } from './install-peers.ts'
import { measureLatencies, type LatencyResult } from './queue/latency.ts'
import { measureMemory, type MemoryResult } from './queue/memory.ts'
import { measureTakeovers, type TakeoverResult } from './queue/takeover.ts'
import type { Target } from './queue/target.ts'
import { measureOnPostgres, measureOnRedis, type ThroughputResult } from './queue/throughput.ts'
import { serverVersions } from './queue/versions.ts'

const parts = ['redis', 'latency', 'memory', 'postgres', 'takeover'] as const

export const queueOptions = z.object({
  rounds: z.coerce.number().int().min(1).max(99),
  jobs: z.coerce.number().int().min(1_000).max(1_000_000),
  parts: z
    .string()
    .transform((list) => list.split(','))
    .pipe(z.array(z.enum(parts)).min(1)),
})

export interface QueueResult {
  readonly benchmark: 'queue'
  readonly versions: Readonly<Record<string, string>>
  readonly rounds: number
  /** Of each round, for each of the two. */
  readonly jobs: number
  readonly throughput: readonly ThroughputResult[]
  readonly latency?: LatencyResult
  readonly memory?: MemoryResult
  readonly takeover?: TakeoverResult
  readonly targets: readonly Target[]
}

/** The newest that run on the oldest Node.js that we support. */
const PEERS = ['bullmq@6.7.0', 'ioredis@5.11.1', 'pg-boss@10.4.2'] as const

/** Our queues with our worker around them, beside others', in one run. */
export async function runQueue(
  options: z.infer<typeof queueOptions>,
  say: (line: string) => void,
): Promise<QueueResult> {
  const { rounds, jobs } = options
  const folder = installPeers(PEERS, say)
  const wanted = new Set(options.parts)
  const versions = { ...(await serverVersions()), peers: PEERS.join(', ') }
  const throughput: ThroughputResult[] = []
  if (wanted.has('redis')) throughput.push(...(await measureOnRedis({ rounds, jobs, folder, say })))
  const latency = wanted.has('latency') ? await measureLatencies(rounds, folder, say) : undefined
  const memory = wanted.has('memory') ? await measureMemory(folder, say) : undefined
  if (wanted.has('postgres')) throughput.push(...(await measureOnPostgres({ rounds, jobs, folder, say })))
  const takeover = wanted.has('takeover') ? await measureTakeovers(folder, say) : undefined
  const targets = [
    ...throughput.map(({ target }) => target),
    ...(latency?.targets ?? []),
    ...(memory ? [memory.target] : []),
    ...(takeover?.targets ?? []),
  ]
  for (const { what, aim, measured, met } of targets) {
    say(`${met ? 'met' : 'NOT MET'}: ${what}: ${measured}, aimed at ${aim}`)
  }
  return {
    benchmark: 'queue',
    versions,
    rounds,
    jobs,
    throughput,
    ...(latency && { latency }),
    ...(memory && { memory }),
    ...(takeover && { takeover }),
    targets,
  }
}
