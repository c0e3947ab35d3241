import type { RunResult } from './run.ts'
import { stepName, steps } from './steps.ts'

/** What `--json` prints: names stay. */
export interface ChaosReport {
  readonly runs: number
  readonly kills_by_step: Readonly<Record<string, number>>
  readonly owed: number
  readonly delivered: number
  readonly lost: number
  readonly duplicated: number
  readonly stale: number
  readonly unaccounted_findings: number
  readonly recovery_ms: { readonly p50: number; readonly p95: number; readonly max: number } | null
}

export function makeReport(results: readonly RunResult[]): ChaosReport {
  const sum = (count: (result: RunResult) => number): number =>
    results.reduce((total, result) => total + count(result), 0)
  const kills = new Map<string, number>()
  for (const step of results.flatMap(({ killedAt }) => killedAt)) kills.set(step, (kills.get(step) ?? 0) + 1)
  const recoveries = results.flatMap(({ recoveryMs }) => recoveryMs ?? []).sort((a, b) => a - b)
  const at = (share: number): number => Math.round(recoveries[Math.ceil(share * recoveries.length) - 1] ?? 0)
  return {
    runs: results.length,
    kills_by_step: Object.fromEntries([...kills].sort(([a], [b]) => (a < b ? -1 : 1))),
    owed: sum(({ owed }) => owed),
    delivered: sum(({ delivered }) => delivered),
    lost: sum(({ lost }) => lost.length),
    duplicated: sum(({ duplicated }) => duplicated.length),
    stale: sum(({ stale }) => stale.length),
    unaccounted_findings: sum(({ unaccounted }) => unaccounted.length),
    recovery_ms: recoveries.length === 0 ? null : { p50: at(0.5), p95: at(0.95), max: at(1) },
  }
}

/** Everything that is wrong with a run, in words. */
export function faultsOf({ lost, duplicated, stale, unaccounted }: RunResult): readonly string[] {
  return [
    ...lost.map((fault) => `lost: ${fault}`),
    ...duplicated.map((fault) => `duplicated: ${fault}`),
    ...stale.map((fault) => `stale: ${fault}`),
    ...unaccounted.map((fault) => `unaccounted: ${fault}`),
  ]
}

/** At how many steps something was struck, in words, and the calls at which nothing ever was. */
export function tellCoverage(results: readonly RunResult[]): string[] {
  const struck = new Set(results.flatMap(({ killedAt, failedAt }) => [...killedAt, ...failedAt]))
  const missed = steps.map(stepName).filter((name) => !struck.has(name))
  const failures = results.reduce((total, { failedAt }) => total + failedAt.length, 0)
  const kills = results.reduce((total, { killedAt }) => total + killedAt.length, 0)
  return [
    `${kills} times something was killed, ended or frozen, ${failures} times GitHub or the model failed by itself`,
    `${steps.length - missed.length} of ${steps.length} steps were struck`,
    ...(missed.length === 0 ? [] : [`not struck: ${missed.join(', ')}`]),
  ]
}
