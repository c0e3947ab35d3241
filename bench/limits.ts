import path from 'node:path'
import { z } from 'zod'
import { openLlmEmulator } from '../emulators/llm/llm-emulator.ts'
import { answersAtOnce } from './at-once.ts'
import { createMigratedDatabase } from './create-migrated-database.ts'
import { measureOverhead, type Overhead } from './limits/overhead.ts'
import { mostInWindow, usedShare } from './limits/use-of-windows.ts'
import { withPostgres, withRedis } from './queue/servers.ts'
import { atLeast, atMost, type Target } from './queue/target.ts'

export const limitsOptions = z.object({
  perMinute: z.coerce.number().int().min(10).max(10_000),
})

export interface LimitsResult {
  readonly benchmark: 'limits'
  readonly perMinute: number
  readonly shared: readonly SharedFigures[]
  readonly overhead: readonly Overhead[]
  readonly targets: readonly Target[]
}

interface SharedFigures {
  readonly store: 'redis' | 'postgres'
  readonly calls: number
  /** Places that could not be asked for, because what they are kept in did not answer in time. */
  readonly failed: number
  /** As they were made, and as they arrived where they were sent: on a busy machine the two are apart. */
  readonly mostInAnyMinute: number
  readonly mostArrivedInAnyMinute: number
  /** Of what the limit allows. */
  readonly used: number
}

const PROCESSES = 4
const CALLERS = 25
const MINUTE_MS = 60_000
const WINDOWS = 2
/** Time for so many windows, with what the limiter adds to them, and some to begin and to end. */
const FOR_MS = WINDOWS * 61_000 + 8_000
const callerCounts = z.object({ made: z.array(z.number()), failed: z.number() })
const caller = path.join(import.meta.dirname, 'limits', 'caller.process.js')

/** Whether four processes keep one limit together and use it up, and what cache and limiter cost each question. */
export async function runLimits(
  { perMinute }: z.infer<typeof limitsOptions>,
  say: (line: string) => void,
): Promise<LimitsResult> {
  return await withRedis([], (redisUrl) =>
    withPostgres(['fsync=on'], async (serverUrl) => {
      const overhead: Overhead[] = []
      for (const atOnce of [1, 8]) {
        const figures = await measureOverhead(redisUrl, atOnce)
        say(
          `${atOnce} at once: a hit takes ${figures.hit.p50Ms} ms (p50), ${figures.hit.p99Ms} ms (p99); a miss ${figures.miss.p50Ms} and ${figures.miss.p99Ms} ms`,
        )
        overhead.push(figures)
      }
      say(
        `${PROCESSES} processes share ${perMinute} calls a minute, for ${FOR_MS / 1_000} s, on Redis and on PostgreSQL`,
      )
      const database = await createMigratedDatabase(serverUrl)
      try {
        const shared = await Promise.all([
          share('redis', redisUrl, perMinute),
          share('postgres', database.url, perMinute),
        ])
        const targets = [
          ...shared.flatMap((figures) => sharedTargets(figures, perMinute)),
          ...overhead.flatMap(overheadTargets),
        ]
        for (const { what, aim, measured, met } of targets)
          say(`${met ? 'met' : 'NOT MET'}: ${what}: ${measured}, aimed at ${aim}`)
        return { benchmark: 'limits', perMinute, shared, overhead, targets }
      } finally {
        await database.drop()
      }
    }),
  )
}

async function share(store: SharedFigures['store'], url: string, perMinute: number): Promise<SharedFigures> {
  const arrived: number[] = []
  let made: readonly number[] = []
  let failed = 0
  const emulator = await openLlmEmulator({
    answer: () => {
      arrived.push(performance.now())
      return { kind: 'json', value: { found: [] } }
    },
  })
  try {
    const { baseUrl } = emulator
    const assignment = { store, url, baseUrl, requestsPerMinute: perMinute, callers: CALLERS, forMs: FOR_MS }
    const assignments = Array.from({ length: PROCESSES }, () => assignment)
    const counts = z.array(callerCounts).parse(await answersAtOnce(caller, assignments))
    failed = counts.reduce((sum, count) => sum + count.failed, 0)
    made = counts.flatMap((count) => count.made).toSorted((a, b) => a - b)
  } finally {
    await emulator.close()
  }
  const window = { max: perMinute, windowMs: MINUTE_MS, windows: WINDOWS }
  return {
    store,
    calls: made.length,
    failed,
    mostInAnyMinute: mostInWindow(made, MINUTE_MS),
    mostArrivedInAnyMinute: mostInWindow(arrived, MINUTE_MS),
    used: Number(usedShare(made, window).toFixed(4)),
  }
}

function sharedTargets(
  { store, mostInAnyMinute, used }: SharedFigures,
  perMinute: number,
): readonly Target[] {
  return [
    atMost(`calls in any minute, on ${store}`, perMinute, mostInAnyMinute),
    atLeast(`part of the limit that was used, on ${store}`, 0.97, used),
  ]
}

function overheadTargets({ atOnce, hit, miss }: Overhead): readonly Target[] {
  return [
    atMost(`p99 in ms of a hit, ${atOnce} at once`, 5, hit.p99Ms),
    atMost(`p99 in ms of a miss, ${atOnce} at once`, 5, miss.p99Ms),
  ]
}
