import { openLane } from './lane.ts'
import { planRun, type RunPlan } from './plan.ts'
import { createRandom } from './random.ts'
import { faultsOf, makeReport, type ChaosReport } from './report.ts'
import type { RunResult } from './run.ts'
import type { QueuePlace } from './steps.ts'

const places = ['redis', 'postgres'] as const

export interface ChaosOptions {
  readonly runs: number
  readonly seed: string
  /** The number of the first run. A run's plan follows from seed and number alone, whichever lane plays it. */
  readonly first: number
  /** Systems that play runs at the same time. */
  readonly lanes: number
  readonly keepLogs: boolean
}

export interface ChaosOutcome {
  readonly report: ChaosReport
  readonly results: readonly RunResult[]
  readonly passed: boolean
}

/** Plays the runs, on each lane one after the other. What was played until `stop` is in the report. */
export async function runChaos(
  { runs, seed, first, lanes, keepLogs }: ChaosOptions,
  say: (line: string) => void,
  stop: AbortSignal,
): Promise<ChaosOutcome> {
  const plans = Array.from({ length: runs }, (_, index) =>
    planRun(first + index, createRandom(`${seed}/${first + index}`)),
  )
  const left = {
    redis: plans.filter(({ queue }) => queue === 'redis'),
    postgres: plans.filter(({ queue }) => queue === 'postgres'),
  }
  const results: RunResult[] = []
  let failed = 0

  /** Plays what is left for a queue in this place. */
  async function playOn(queue: QueuePlace): Promise<void> {
    if (left[queue].length === 0) return
    const lane = await openLane(queue)
    let hasFailed = false
    try {
      for (let plan = left[queue].shift(); plan && !stop.aborted; plan = left[queue].shift()) {
        const { result, story } = await lane.play(plan)
        results.push(result)
        const faults = faultsOf(result)
        for (const line of tell(plan, result, story, faults, seed)) say(line)
        if (faults.length === 0) continue
        failed += 1
        hasFailed = true
      }
    } catch (error) {
      // The other lanes finish the run that they are in.
      left.redis.length = 0
      left.postgres.length = 0
      throw error
    } finally {
      const logs = await lane.close(keepLogs || hasFailed)
      if (logs !== undefined) say(`The logs are in ${logs}`)
    }
  }

  say(`Starting ${lanes} × PostgreSQL, Redis, the emulators, a web server and two workers`)
  const ended = await Promise.allSettled(
    Array.from({ length: Math.min(lanes, runs) }, async (_, index) => {
      // Half of the lanes begin without Redis. Whoever has nothing left helps the others.
      for (const queue of index % 2 === 0 ? places : places.toReversed()) await playOn(queue)
    }),
  )
  for (const one of ended) if (one.status === 'rejected') throw one.reason
  return { report: makeReport(results), results, passed: failed === 0 && results.length === runs }
}

function tell(
  plan: RunPlan,
  { delivered, owed, recoveryMs }: RunResult,
  story: readonly string[],
  faults: readonly string[],
  seed: string,
): string[] {
  const { run, queue, pullRequests, moves } = plan
  const recovery =
    recoveryMs === undefined ? '' : `, quiet ${(recoveryMs / 1000).toFixed(1)} s after the kill`
  return [
    `run ${run}: ${pullRequests.length} pull requests, ${moves.length} moves, queue in ${queue}`,
    ...story,
    `  ${delivered} of ${owed} delivered${recovery}`,
    ...faults.map((fault) => `  ${fault}`),
    ...(faults.length === 0
      ? []
      : [`  seed ${seed}, again with --seed ${seed} --first ${run} --runs 1: ${JSON.stringify(plan)}`]),
  ]
}
