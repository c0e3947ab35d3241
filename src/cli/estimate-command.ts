import type { Clock } from '../base/clock.ts'
import { randomIds } from '../base/ids.ts'
import { ONLY_ESTIMATED, type CollectedQuestions } from '../budget/collected-questions.ts'
import type { DeepBounds } from '../budget/estimate-conversation.ts'
import { estimateReview, type EffortEstimate } from '../budget/estimate-review.ts'
import { formatMoney, type MicroDollars } from '../budget/money.ts'
import type { Prices } from '../budget/prices.ts'
import { readLocalChange } from '../git/local-change.ts'
import { readPatchChange } from '../git/patch-change.ts'
import { withoutReason, type Receipt } from '../review/receipt.ts'
import type { ReviewChange } from '../review/review-change.ts'
import type { ReviewRequest } from './review-command.ts'
import { write, type Terminal } from './terminal.ts'
import { terminalLine } from './terminal-text.ts'

/** What `lorgnette estimate` was asked to do. */
export interface EstimateRequest {
  readonly source: Exclude<ReviewRequest['source'], { kind: 'pull-request' }>
  readonly json: boolean
}

/** A deep review, whose questions are collected and never asked: the other efforts ask a part of them. */
export interface Estimating {
  readonly reviewChange: ReviewChange
  /** Undefined without a model. */
  readonly collected: CollectedQuestions | undefined
  readonly prices: Prices
  readonly clock: Clock
  /** How far a deep review may go. */
  readonly bounds: DeepBounds
}

export interface EstimateContext {
  readonly open: () => Estimating
  readonly terminal: Terminal
}

interface Estimate {
  readonly change: string
  readonly model: string | undefined
  readonly units: number
  readonly efforts: readonly EffortEstimate[]
  /** Files of which something would not be read, and why. */
  readonly unread: readonly { readonly path: string; readonly reason: string }[]
}

/** Says what a review would cost, without asking a model. Returns the exit code. Throws when there is no such change. */
export async function runEstimate(
  { source, json }: EstimateRequest,
  { open, terminal }: EstimateContext,
  signal: AbortSignal,
): Promise<0> {
  const change =
    source.kind === 'local'
      ? await readLocalChange(source, signal)
      : await readPatchChange(source.file, terminal.stdin, signal)
  const { reviewChange, collected, prices, clock, bounds } = open()
  const scope = { tenant: 'local', repository: change.name, runId: randomIds() }
  const quiet = { event: () => undefined, call: () => undefined }
  const { receipt } = await reviewChange(change, scope, quiet, signal)
  const questions = collected?.questions ?? []
  const model = collected?.models.id
  const estimate: Estimate = {
    change: change.name,
    model,
    units: questions.filter(({ purpose }) => purpose === 'find').length,
    efforts: model === undefined ? [] : estimateReview(questions, { model, prices, at: clock.now(), bounds }),
    unread: model === undefined ? [] : unreadFiles(receipt),
  }
  await write(terminal.stdout, json ? `${JSON.stringify(estimateJson(estimate))}\n` : estimateText(estimate))
  return 0
}

function unreadFiles({ files }: Receipt): Estimate['unread'] {
  return files.flatMap(({ path, reason }) => {
    const other = reason && withoutReason(reason, ONLY_ESTIMATED)
    return other ? [{ path, reason: other }] : []
  })
}

function estimateText({ change, model, units, efforts, unread }: Estimate): string {
  const lines = [terminalLine(change)]
  if (model === undefined) {
    return `${terminalLine(change)}\nNo model is configured: the built-in analysers review, and that costs nothing.\n`
  }
  lines.push(`${units} ${units === 1 ? 'unit' : 'units'} for ${terminalLine(model)}`, '')
  lines.push(row(['effort', 'questions', 'tokens', 'likely', 'at most']))
  for (const { effort, questions, tokens, expected, atMost } of efforts) {
    const about = effort === 'quick' ? '' : 'about '
    lines.push(
      row([effort, `${about}${questions}`, `about ${tokens}`, moneyText(expected), moneyText(atMost)]),
    )
  }
  if (efforts.some(({ expected }) => expected === undefined)) {
    lines.push('', 'The price of this model is not known: LLM_PRICES_FILE can name it.')
  }
  if (unread.length > 0) {
    lines.push(
      '',
      'Not read:',
      ...unread.map(({ path, reason }) => `  ${terminalLine(path)}: ${terminalLine(reason)}`),
    )
  }
  lines.push('', 'Answers that are kept from before cost nothing. No model was asked.')
  return `${lines.join('\n')}\n`
}

const WIDTHS = [10, 12, 16, 10, 10]

function row(cells: readonly string[]): string {
  return cells
    .map((cell, index) => cell.padEnd(WIDTHS[index] ?? 0))
    .join('')
    .trimEnd()
}

function moneyText(money: MicroDollars | undefined): string {
  return money === undefined ? 'unknown' : formatMoney(money)
}

function estimateJson({ change, model, units, efforts, unread }: Estimate): object {
  return {
    change,
    model: model ?? null,
    units,
    efforts: efforts.map(({ effort, questions, tokens, expected, atMost }) => ({
      effort,
      questions,
      tokens,
      expected_micro_dollars: expected ?? null,
      at_most_micro_dollars: atMost ?? null,
    })),
    unread,
  }
}
