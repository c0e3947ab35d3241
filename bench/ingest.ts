import { z } from 'zod'
import { openPostgres } from '../test/services.ts'
import { countDeliveries, createIngestDatabase } from './ingest/database.ts'
import { installProbot } from './ingest/probot-package.ts'
import { openContestant, type Contestant } from './ingest/contestant.ts'
import { sendLoad, type LoadResult } from './ingest/send-load.ts'
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
  readonly payloadBytes: number
  readonly requests: number
  readonly rounds: number
  readonly levels: readonly IngestLevel[]
  /** Every delivery that was answered 202 stands in the table, and nothing else does. */
  readonly durable: { readonly answered202: number; readonly rows: number; readonly equal: boolean }
}

export interface IngestLevel {
  readonly connections: number
  /** Medians over the rounds, by server. */
  readonly servers: Readonly<Record<Contestant['name'], ServerFigures>>
  /** Ours divided by theirs, in requests per second. */
  readonly toProbot: number
  readonly toNode: number
}

export interface ServerFigures {
  readonly requestsPerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** Of all rounds, sorted: how far they stray. */
  readonly allRequestsPerSecond: readonly number[]
}

/** Ours commits every delivery to PostgreSQL, which syncs to disk, before it answers; the two others keep nothing. */
export async function runIngest(
  options: z.infer<typeof ingestOptions>,
  say: (line: string) => void,
): Promise<IngestResult> {
  const probot = installProbot(say)
  const service = await openPostgres(['fsync=on'])
  if (!service) throw new Error('there is no PostgreSQL on this machine')
  const contestants: Contestant[] = []
  try {
    const database = await createIngestDatabase(service.url)
    contestants.push(
      await openContestant('lorgnette', database),
      await openContestant('probot', probot),
      await openContestant('node', ''),
    )
    for (const contestant of contestants) await sendLoad(contestant.url, { connections: 50, requests: 3_000 })
    const levels: IngestLevel[] = []
    let answered202 = 3_000
    let payloadBytes = 0
    for (const connections of options.connections) {
      const results = new Map<Contestant['name'], LoadResult[]>(contestants.map(({ name }) => [name, []]))
      for (let round = 0; round < options.rounds; round++) {
        // Each round begins with another server, so that none always runs on a warm or a tired machine.
        for (const contestant of rotated(contestants, round)) {
          const result = await sendLoad(contestant.url, { connections, requests: options.requests })
          results.get(contestant.name)?.push(result)
          payloadBytes = result.payloadBytes
          if (contestant.name === 'lorgnette') answered202 += result.accepted
          say(
            `${connections} connections, round ${round + 1}, ${contestant.name}: ` +
              `${Math.round(result.requestsPerSecond)}/s, p50 ${result.p50Ms} ms, p99 ${result.p99Ms} ms`,
          )
        }
      }
      levels.push(summary(connections, results))
    }
    const rows = await countDeliveries(database)
    const durable = { answered202, rows, equal: rows === answered202 }
    say(`${answered202} answered 202, ${rows} rows committed`)
    const { rounds, requests } = options
    return { benchmark: 'ingest', payloadBytes, requests, rounds, levels, durable }
  } finally {
    await Promise.all(contestants.map((contestant) => contestant.close()))
    await service.stop()
  }
}

function summary(
  connections: number,
  results: ReadonlyMap<Contestant['name'], readonly LoadResult[]>,
): IngestLevel {
  const figures = (name: Contestant['name']): ServerFigures => {
    const rounds = results.get(name) ?? []
    const of = (read: (result: LoadResult) => number): number => median(rounds.map(read))
    return {
      requestsPerSecond: Math.round(of((result) => result.requestsPerSecond)),
      p50Ms: of((result) => result.p50Ms),
      p99Ms: of((result) => result.p99Ms),
      allRequestsPerSecond: rounds
        .map((result) => Math.round(result.requestsPerSecond))
        .sort((a, b) => a - b),
    }
  }
  const servers = { lorgnette: figures('lorgnette'), probot: figures('probot'), node: figures('node') }
  const ratio = (other: ServerFigures): number =>
    Math.round((servers.lorgnette.requestsPerSecond / other.requestsPerSecond) * 100) / 100
  return { connections, servers, toProbot: ratio(servers.probot), toNode: ratio(servers.node) }
}

function rotated<Item>(items: readonly Item[], by: number): Item[] {
  const start = by % items.length
  return [...items.slice(start), ...items.slice(0, start)]
}
