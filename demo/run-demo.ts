import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { startGitHub } from './github.ts'
import { printReport } from './print-report.ts'
import { createProgress } from './progress.ts'
import { reviewHistory } from './review-history.ts'
import { styleFor } from './style.ts'
import { startSystem } from './system.ts'

/** Longer than any review of the demo takes, even on a busy machine. */
const patienceMs = 180_000

export interface DemoOptions {
  /** End after the reviews are printed. */
  readonly once: boolean
  readonly json: boolean
  readonly withModel: boolean
}

/**
 * The whole demo. Whatever happens, the processes that it started are ended and its files removed before it returns
 * or throws; errors name the step that failed.
 */
export async function runDemo(options: DemoOptions, stop: AbortSignal): Promise<void> {
  const started = performance.now()
  const sinceStart = (): number => Math.round(performance.now() - started)
  const progress = createProgress(process.stderr, styleFor(process.stderr))
  const patience = AbortSignal.timeout(patienceMs)
  const signal = AbortSignal.any([stop, patience])
  const step = async <Result>(name: string, work: () => Promise<Result>): Promise<Result> => {
    progress.step(name)
    try {
      return await work()
    } catch (error) {
      const cause = patience.aborted ? `not done within ${patienceMs / 1000} s` : String(error)
      throw new Error(`the demo failed at the step "${name}": ${cause}`, { cause: error })
    }
  }

  const cleanUp: (() => Promise<void>)[] = []
  try {
    const dataFolder = await step('Making a folder for the data', () =>
      mkdtemp(path.join(tmpdir(), 'lorgnette-demo-')),
    )
    cleanUp.push(() => rm(dataFolder, { recursive: true, force: true }))
    const { github, child } = await step('Starting the GitHub emulator', () => startGitHub(signal))
    cleanUp.push(() => child.end())
    const system = await step('Starting the system', () =>
      startSystem(github, { dataFolder, withModel: options.withModel }, signal),
    )
    cleanUp.push(() => system.child.end())
    const readyMs = sinceStart()
    const pullRequests = await step('Opening pull requests, and waiting for their reviews', () =>
      Promise.race([
        reviewHistory(github, system, progress, signal),
        child.unexpectedEnd,
        system.child.unexpectedEnd,
      ]),
    )
    const report = {
      web: system.url,
      pull_requests: pullRequests,
      timings: { ready_ms: readyMs, total_ms: sinceStart() },
    }
    const unreviewed = pullRequests.filter(({ state }) => state !== 'completed')
    process.stdout.write(
      options.json ? `${JSON.stringify(report)}\n` : `\n${printReport(report, styleFor(process.stdout))}`,
    )
    for (const { number, state } of unreviewed)
      throw new Error(`the demo failed: the run of pull request #${number} ended as ${state}`)
    if (!options.once) {
      progress.step(`\nThe system is at ${system.url} until you press Ctrl-C.`)
      await Promise.race([untilAborted(stop), child.unexpectedEnd, system.child.unexpectedEnd])
    }
  } finally {
    for (const end of cleanUp.toReversed()) await end()
  }
}

async function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
}
