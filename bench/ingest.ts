import { z } from 'zod'
import { openPostgres } from '../test/services.ts'
import { createMigratedDatabase } from './create-migrated-database.ts'
import { countDeliveries } from './ingest/database.ts'
import { workloads, type Workload } from './ingest/delivery-source.ts'
import { openContestant, type Contestant } from './ingest/contestant.ts'
import { sendLoad, type LoadResult } from './ingest/send-load.ts'
import { installPeers } from './install-peers.ts'
import { median } from './median.ts'

export const ingestOptions = z.object({
  rounds: z.coerce.number().int().min(1).max(99),
  requests: z.coerce.number().int().min(1_000).max(1_000_000),
  connections: z
    .string()
    .transform((list) => list.split(',').map(Number))
    .pipe(z.array(z.int().min(1).max(1_000)).min(1)),
})

export interface IngestResult {
  readonly benchmark: 'ingest'
  /** Of each round, to each server. */
  readonly requests: number
  readonly rounds: number
  readonly levels: readonly IngestLevel[]
  /** Every delivery that was answered 202 stands in the table, and nothing else does. */
  readonly durable: { readonly answered202: number; readonly rows: number; readonly equal: boolean }
}

export interface IngestLevel {
  readonly workload: Workload
  readonly connections: number
  readonly payloadBytes: number
  /** Medians over the rounds, by server. */
  readonly servers: Readonly<Record<Contestant['name'], ServerFigures>>
  /** Ours divided by theirs, in requests per second: the median of the ratios within a round. */
  readonly toProbot: number
  readonly toNode: number
}

export interface ServerFigures {
  readonly requestsPerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** Of all rounds, in their order: how far they stray. */
  readonly allRequestsPerSecond: readonly number[]
}

type Results = Readonly<Record<Contestant['name'], LoadResult[]>>

const WARM_UP = 3_000

/** Ours commits every delivery to PostgreSQL, which syncs to disk, before it answers; the two others keep nothing. */
export async function runIngest(
  options: z.infer<typeof ingestOptions>,
  say: (line: string) => void,
): Promise<IngestResult> {
  const { rounds, requests } = options
  const probot = installPeers(['probot@14.3.2'], say)
  const service = await openPostgres(['fsync=on'])
  if (!service) throw new Error('there is no PostgreSQL on this machine')
  const contestants: Contestant[] = []
  try {
    const { url: database } = await createMigratedDatabase(service.url)
    contestants.push(
      await openContestant('lorgnette', database),
      await openContestant('probot', probot),
      await openContestant('node', ''),
    )
    const levels: IngestLevel[] = []
    let answered202 = 0
    for (const workload of workloads) {
      for (const { url } of contestants) await sendLoad(url, { workload, connections: 50, requests: WARM_UP })
      answered202 += WARM_UP
      for (const connections of options.connections) {
        const results: Results = { lorgnette: [], probot: [], node: [] }
        for (let round = 0; round < rounds; round++) {
          // Each round begins with another server, so that none always runs on a warm or a tired machine.
          for (const { name, url } of rotated(contestants, round)) {
            const result = await sendLoad(url, { workload, connections, requests })
            results[name].push(result)
            say(line(workload, connections, round, name, result))
          }
        }
        answered202 += results.lorgnette.reduce((sum, { accepted }) => sum + accepted, 0)
        levels.push(summary(workload, connections, results))
      }
    }
    const rows = await countDeliveries(database)
    say(`${answered202} answered 202, ${rows} rows committed`)
    const durable = { answered202, rows, equal: rows === answered202 }
    return { benchmark: 'ingest', requests, rounds, levels, durable }
  } finally {
    await Promise.all(contestants.map((contestant) => contestant.close()))
    await service.stop()
  }
}

function summary(workload: Workload, connections: number, results: Results): IngestLevel {
  return {
    workload,
    connections,
    payloadBytes: results.lorgnette[0]?.payloadBytes ?? 0,
    servers: {
      lorgnette: figures(results.lorgnette),
      probot: figures(results.probot),
      node: figures(results.node),
    },
    toProbot: ratio(results.lorgnette, results.probot),
    toNode: ratio(results.lorgnette, results.node),
  }
}

function figures(rounds: readonly LoadResult[]): ServerFigures {
  const all = rounds.map(({ requestsPerSecond }) => Math.round(requestsPerSecond))
  return {
    requestsPerSecond: Math.round(median(all)),
    p50Ms: median(rounds.map(({ p50Ms }) => p50Ms)),
    p99Ms: median(rounds.map(({ p99Ms }) => p99Ms)),
    allRequestsPerSecond: all,
  }
}

/** Within a round both had the same machine, whatever else it did meanwhile. */
function ratio(ours: readonly LoadResult[], theirs: readonly LoadResult[]): number {
  const ratios = ours.map(
    ({ requestsPerSecond }, round) => requestsPerSecond / (theirs[round]?.requestsPerSecond ?? NaN),
  )
  return Math.round(median(ratios) * 100) / 100
}

function line(
  workload: Workload,
  connections: number,
  round: number,
  name: Contestant['name'],
  { requestsPerSecond, p50Ms, p99Ms }: LoadResult,
): string {
  const level = `${workload}, ${connections} connections, round ${round + 1}`
  return `${level}, ${name}: ${Math.round(requestsPerSecond)}/s, p50 ${p50Ms} ms, p99 ${p99Ms} ms`
}

function rotated<Item>(items: readonly Item[], by: number): Item[] {
  const start = by % items.length
  return [...items.slice(start), ...items.slice(0, start)]
}
