import { z } from 'zod'
import { median } from '../median.ts'
import { runContestant } from './contestant.ts'
import { duel, medianRatio } from './duel.ts'
import type { SystemName } from './queue-system.ts'
import { askRedis, withDatabase, withPostgres, withRedis } from './servers.ts'
import { atLeast, type Target } from './target.ts'

export interface ThroughputResult {
  readonly ours: SystemName
  readonly theirs: SystemName
  /** When the server writes to its disk. */
  readonly durability: string
  /** Jobs at once. */
  readonly concurrency: number
  /** Medians over the rounds, in jobs per second. */
  readonly oursPerSecond: number
  readonly theirsPerSecond: number
  readonly ratio: number
  readonly allOurs: readonly number[]
  readonly allTheirs: readonly number[]
  readonly target: Target
}

export interface ThroughputOptions {
  readonly rounds: number
  readonly jobs: number
  readonly folder: string
  readonly say: (line: string) => void
}

/** What runs before the jobs that count. */
const WARM_UP = 5_000

interface Pairing {
  readonly ours: SystemName
  readonly theirs: SystemName
  readonly durability: string
  readonly concurrency: number
  /** How many times theirs ours shall be. */
  readonly aim: number
}

/** On Redis beside BullMQ, both on the same server, which is emptied in between. */
export async function measureOnRedis(options: ThroughputOptions): Promise<readonly ThroughputResult[]> {
  const results: ThroughputResult[] = []
  const pair = { ours: 'lorgnette on Redis', theirs: 'BullMQ', concurrency: 50 } as const
  for (const { fsync, aim } of [
    { fsync: 'everysec', aim: 1.5 },
    { fsync: 'always', aim: 1.2 },
  ]) {
    const pairing = { ...pair, durability: `appendfsync ${fsync}`, aim }
    const result = await withRedis(['--appendonly', 'yes', '--appendfsync', fsync], (url) =>
      compare(pairing, options, async (system) => {
        await askRedis(url, ['FLUSHALL'])
        return await measure(system, url, pairing, options)
      }),
    )
    results.push(result)
  }
  return results
}

/**
 * On PostgreSQL beside pg-boss, both on the same server, each round in a fresh database. pg-boss is at its best with
 * hundreds of jobs at once, so both are measured like this, too.
 */
export async function measureOnPostgres(options: ThroughputOptions): Promise<readonly ThroughputResult[]> {
  const results: ThroughputResult[] = []
  const pair = { ours: 'lorgnette on PostgreSQL', theirs: 'pg-boss', aim: 2 } as const
  for (const commit of ['on', 'off']) {
    for (const concurrency of [50, 800]) {
      const pairing = { ...pair, durability: `synchronous_commit ${commit}`, concurrency }
      const result = await withPostgres(['fsync=on', `synchronous_commit=${commit}`], (server) =>
        compare(pairing, options, (system) =>
          withDatabase(server, system, (url) => measure(system, url, pairing, options)),
        ),
      )
      results.push(result)
    }
  }
  return results
}

async function measure(
  system: SystemName,
  url: string,
  { concurrency }: Pairing,
  { jobs, folder, say }: ThroughputOptions,
): Promise<number> {
  const task = { kind: 'throughput', jobs, warmUp: WARM_UP } as const
  const answer = await runContestant({ system, url, folder, queueName: 'throughput', concurrency, task })
  const perSecond = Math.round(z.number().parse(answer))
  say(`${system}: ${perSecond} jobs/s`)
  return perSecond
}

async function compare(
  pairing: Pairing,
  { rounds, say }: ThroughputOptions,
  measure: (system: SystemName) => Promise<number>,
): Promise<ThroughputResult> {
  const { ours, theirs, durability, concurrency, aim } = pairing
  say(`throughput with ${durability}, ${concurrency} at once`)
  const figures = await duel(
    rounds,
    () => measure(ours),
    () => measure(theirs),
  )
  const ratio = medianRatio(figures)
  return {
    ours,
    theirs,
    durability,
    concurrency,
    oursPerSecond: median(figures.ours),
    theirsPerSecond: median(figures.theirs),
    ratio,
    allOurs: figures.ours,
    allTheirs: figures.theirs,
    target: atLeast(`jobs/s with ${durability}, ${concurrency} at once, times ${theirs}'s`, aim, ratio),
  }
}
