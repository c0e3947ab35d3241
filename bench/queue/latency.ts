import { z } from 'zod'
import { median } from '../median.ts'
import { runContestant } from './contestant.ts'
import { duel, rounded } from './duel.ts'
import type { SystemName } from './queue-system.ts'
import { askRedis, withRedis } from './servers.ts'
import { atMost, type Target } from './target.ts'

export interface LatencyResult {
  readonly perSecond: number
  readonly ours: LatencyFigures
  readonly theirs: LatencyFigures
  readonly targets: readonly Target[]
}

export interface LatencyFigures {
  /** Medians over the rounds. */
  readonly p50Ms: number
  readonly p99Ms: number
  readonly allP50Ms: readonly number[]
  readonly allP99Ms: readonly number[]
}

interface Percentiles {
  readonly p50: number
  readonly p99: number
}

const PER_SECOND = 50
const JOBS = 500
const WARM_UP = 100

/** From the call that adds a job to its handler, while a worker has next to nothing to do. */
export async function measureLatencies(
  rounds: number,
  folder: string,
  say: (line: string) => void,
): Promise<LatencyResult> {
  say(`from enqueueing to the handler, at ${PER_SECOND} jobs/s`)
  const { ours, theirs } = await withRedis(['--appendonly', 'yes', '--appendfsync', 'everysec'], (url) =>
    duel(
      rounds,
      () => measure('lorgnette on Redis', url, folder, say),
      () => measure('BullMQ', url, folder, say),
    ),
  )
  const result = { ours: figures(ours), theirs: figures(theirs) }
  return {
    perSecond: PER_SECOND,
    ...result,
    targets: [
      atMost('p50 in ms from enqueueing to the handler', 1, result.ours.p50Ms),
      atMost("p99 in ms, BullMQ's beside it", result.theirs.p99Ms, result.ours.p99Ms),
    ],
  }
}

async function measure(
  system: SystemName,
  url: string,
  folder: string,
  say: (line: string) => void,
): Promise<Percentiles> {
  await askRedis(url, ['FLUSHALL'])
  const task = { kind: 'latency', jobs: JOBS, warmUp: WARM_UP, perSecond: PER_SECOND } as const
  const answer = await runContestant({ system, url, folder, queueName: 'latency', concurrency: 50, task })
  const sorted = z.array(z.number()).parse(answer)
  const at = (share: number): number => rounded(sorted[Math.floor(sorted.length * share)] ?? NaN, 2)
  const percentiles = { p50: at(0.5), p99: at(0.99) }
  say(`${system}: p50 ${percentiles.p50} ms, p99 ${percentiles.p99} ms`)
  return percentiles
}

function figures(rounds: readonly Percentiles[]): LatencyFigures {
  const allP50Ms = rounds.map(({ p50 }) => p50)
  const allP99Ms = rounds.map(({ p99 }) => p99)
  return { p50Ms: rounded(median(allP50Ms), 2), p99Ms: rounded(median(allP99Ms), 2), allP50Ms, allP99Ms }
}
