import { cpSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { planRun } from './plan.ts'
import { createRandom } from './random.ts'
import { faultsOf, makeReport, type ChaosReport } from './report.ts'
import { playRun, type RunResult } from './run.ts'
import { openSurroundings } from './surroundings.ts'

export interface ChaosOptions {
  readonly runs: number
  readonly seed: string
  /** The number of the first run. A run's plan follows from seed and number alone. */
  readonly first: number
  readonly keepLogs: boolean
}

/** Plays the runs one after the other on one system, which lives through all of them. */
export async function runChaos(
  { runs, seed, first, keepLogs }: ChaosOptions,
  say: (line: string) => void,
  stop: AbortSignal,
): Promise<{ readonly report: ChaosReport; readonly passed: boolean }> {
  say('Starting PostgreSQL, Redis, the emulators, a web server and two workers')
  const surroundings = await openSurroundings()
  const results: RunResult[] = []
  let failed = 0
  try {
    for (let run = first; run < first + runs && !stop.aborted; run++) {
      const plan = planRun(run, createRandom(`${seed}/${run}`))
      say(`run ${run}: ${plan.pullRequests.length} pull requests, ${plan.moves.length} moves`)
      const result = await playRun(surroundings, plan, say)
      results.push(result)
      say(`  ${result.delivered} of ${result.owed} delivered${tellRecovery(result)}`)
      const faults = faultsOf(result)
      if (faults.length === 0) continue
      failed += 1
      for (const fault of faults) say(`  ${fault}`)
      say(
        `  seed ${seed}, run ${run}, again with --seed ${seed} --first ${run} --runs 1: ${JSON.stringify(plan)}`,
      )
    }
  } finally {
    if (keepLogs || failed > 0) say(`The logs are in ${keep(surroundings.folder)}`)
    await surroundings.close()
  }
  return { report: makeReport(results), passed: failed === 0 && results.length === runs }
}

function tellRecovery({ recoveryMs }: RunResult): string {
  return recoveryMs === undefined ? '' : `, quiet ${(recoveryMs / 1000).toFixed(1)} s after the kill`
}

function keep(folder: string): string {
  const kept = mkdtempSync(path.join(tmpdir(), 'lorgnette-chaos-logs-'))
  for (const name of ['web.log', 'worker-1.log', 'worker-2.log'])
    cpSync(path.join(folder, name), path.join(kept, name))
  return kept
}
