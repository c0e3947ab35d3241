import { mapBounded } from '../base/concurrency.ts'
import type { EvalCase } from './eval-case.ts'
import { runCase, type CaseRun, type CaseTools } from './run-case.ts'

export interface EvalPlan {
  readonly cases: readonly EvalCase[]
  /** How often each case is reviewed: models do not say the same twice. */
  readonly runs: number
  /** Reviews under way at once. */
  readonly concurrency: number
}

/** Reviews every case, every time, and scores it. `onRun` is told of each as it ends. */
export async function runEval(
  tools: CaseTools,
  { cases, runs, concurrency }: EvalPlan,
  onRun: (run: CaseRun) => void | Promise<void>,
  signal: AbortSignal,
): Promise<readonly CaseRun[]> {
  const all = Array.from({ length: runs }, (_, index) => index + 1).flatMap((run) =>
    cases.map((evalCase) => ({ evalCase, run })),
  )
  return await mapBounded(
    all,
    concurrency,
    async ({ evalCase, run }) => {
      const ended = await runCase(tools, evalCase, run, signal)
      await onRun(ended)
      return ended
    },
    signal,
  )
}
