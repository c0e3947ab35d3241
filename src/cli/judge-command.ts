import type { Agreement } from '../eval/agreement.ts'
import { calibrateJudge, type CalibrationReport } from '../eval/calibrate-judge.ts'
import { readCalibration } from '../eval/read-calibration.ts'
import { errorMessage, isAbort } from '../base/errors.ts'
import { writeWhole } from '../base/write-whole.ts'
import type { Model } from '../llm/model.ts'
import { count } from '../review/count.ts'
import { write, type Terminal } from './terminal.ts'
import { terminalLine, terminalText } from './terminal-text.ts'

/** What `lorgnette eval judge` was asked to do. */
export interface JudgeRequest {
  /** The folder of judgements by others. */
  readonly calibration: string
  /** Reviews to judge; all unless told. */
  readonly limit?: number
  readonly concurrency: number
  /** The folder for all answers. What is answered there is not asked again. */
  readonly record: string
  /** A file for the whole report as JSON. */
  readonly json?: string
  readonly collect: boolean
}

export interface JudgeContext {
  readonly open: () => Model
  readonly terminal: Terminal
}

/** The agreement from which on a judge is trusted: what published judges reach among themselves is 0.90 and more. */
const trustedKappa = 0.85

/**
 * Measures a judge against others who judged the same. Returns the exit code: 0 it agrees well enough to be trusted, 1 it
 * does not, 2 a part could not be judged, or waits for answers.
 */
export async function runJudgeCommand(
  request: JudgeRequest,
  { open, terminal }: JudgeContext,
  signal: AbortSignal,
): Promise<0 | 1 | 2> {
  try {
    const items = await readCalibration(request.calibration, request.limit)
    const report = await calibrateJudge(items, { judge: open(), concurrency: request.concurrency }, signal)
    if (request.json !== undefined)
      await writeWhole(request.json, `${JSON.stringify(report, undefined, 2)}\n`)
    await write(terminal.stdout, formatCalibration(report))
    if (report.unjudged > 0) return 2
    return (report.withMajority.kappa ?? 0) >= trustedKappa ? 0 : 1
  } catch (error) {
    const reason = isAbort(error)
      ? `it was interrupted; what was answered is kept in ${request.record}`
      : errorMessage(error)
    await write(terminal.stderr, `could not judge: ${terminalText(reason)}\n`)
    return 2
  }
}

function formatCalibration(report: CalibrationReport): string {
  const { judge, items, unjudged, withMajority, withJudge, amongOthers, usage, failures } = report
  const named = (agreements: Readonly<Record<string, Agreement>>): string[] =>
    Object.entries(agreements).map(([name, agreement]) => `  ${terminalLine(name)}: ${inWords(agreement)}`)
  const lines = [
    `${terminalLine(judge)} on ${count(items, 'review')}: ${inWords(withMajority)} with the majority of the others`,
    `A judge is trusted from kappa ${trustedKappa} on.`,
    ...(unjudged > 0 ? [`Not judged: ${unjudged}, such as ${terminalLine(failures[0] ?? '')}`] : []),
    'With each of the others:',
    ...named(withJudge),
    'The others among themselves:',
    ...named(amongOthers),
    `Tokens: ${usage.inputTokens} in, ${usage.outputTokens} out`,
  ]
  return `${lines.join('\n')}\n`
}

function inWords({ decisions, accuracy, kappa, onlyFirst, onlySecond }: Agreement): string {
  if (accuracy === null) return 'no decisions'
  return (
    `kappa ${kappa?.toFixed(3) ?? '–'}, ${(accuracy * 100).toFixed(1)} % of ${count(decisions, 'decision')} the same, ` +
    `${onlyFirst} found by the first alone, ${onlySecond} by the second`
  )
}
