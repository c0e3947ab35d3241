import { writeWhole } from '../base/write-whole.ts'
import { errorMessage, isAbort } from '../base/errors.ts'
import { makeReport, type EvalReport } from '../eval/eval-report.ts'
import { readDataset } from '../eval/read-dataset.ts'
import type { CaseRun, CaseTools } from '../eval/run-case.ts'
import { runEval } from '../eval/run-eval.ts'
import { count } from '../review/count.ts'
import { formatEval } from './format-eval.ts'
import { write, type Terminal } from './terminal.ts'
import { terminalLine, terminalText } from './terminal-text.ts'

/** What `lorgnette eval` was asked to do. */
export interface EvalRequest {
  /** The folder of the cases. */
  readonly dataset: string
  /** Cases to run; all unless told. */
  readonly cases?: readonly string[]
  /** Where the repositories of the cases are, to look at files beside the changes. */
  readonly repositories?: string
  readonly runs: number
  readonly concurrency: number
  /** The folder for all answers. What is answered there is not asked again. */
  readonly record: string
  /** A file for the whole report as JSON. */
  readonly json?: string
  /** Whether nobody is asked: questions without an answer are left in `record`. */
  readonly collect: boolean
}

export interface EvalContext {
  /** Opened once the dataset was read. */
  readonly open: () => CaseTools
  readonly terminal: Terminal
}

/**
 * Reviews the cases of a dataset and prints how good the reviews are. Returns the exit code: 0 measured whole, 1 a finding
 * is unaccounted for, 2 a part could not be measured, or waits for answers.
 */
export async function runEvalCommand(
  request: EvalRequest,
  { open, terminal }: EvalContext,
  signal: AbortSignal,
): Promise<0 | 1 | 2> {
  const { stdout, stderr } = terminal
  try {
    const { cases, missing } = await readDataset(request.dataset, signal, {
      ...(request.cases && { only: request.cases }),
      ...(request.repositories !== undefined && { repositories: request.repositories }),
    })
    const tools = open()
    const total = cases.length * request.runs
    let ended = 0
    const runs = await runEval(
      tools,
      { ...request, cases },
      (run) => write(stderr, `${++ended} of ${total}: ${terminalLine(progress(run))}\n`),
      signal,
    )
    const { models, settings } = tools.reviewer
    const report = makeReport(
      {
        model: models?.id ?? null,
        judge: tools.judge?.id ?? null,
        effort: settings.effort,
        runs: request.runs,
        missing,
        cases,
      },
      runs,
    )
    if (request.json !== undefined)
      await writeWhole(request.json, `${JSON.stringify(report, undefined, 2)}\n`)
    await write(stdout, formatEval(report))
    return exitCode(report)
  } catch (error) {
    const reason = isAbort(error)
      ? `it was interrupted; what was answered is kept in ${request.record}`
      : errorMessage(error)
    await write(stderr, `could not evaluate: ${terminalText(reason)}\n`)
    return 2
  }
}

function progress(run: CaseRun): string {
  const name = `${run.case.id} (run ${run.run})`
  switch (run.state) {
    case 'done':
      return `${name} ${count(run.inline, 'comment')}`
    case 'waiting':
      return `${name} waits for ${count(run.unanswered, 'answer')}`
    case 'failed':
      return `${name} failed: ${run.reason}`
  }
}

function exitCode({ findings, failed, waiting, missing }: EvalReport): 0 | 1 | 2 {
  if (findings.unaccounted > 0) return 1
  return failed + waiting + missing.length > 0 ? 2 : 0
}
