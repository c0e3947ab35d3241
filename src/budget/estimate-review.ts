import type { Question, Usage } from '../llm/model.ts'
import { estimateQuestion } from './estimate-question.ts'
import { microDollars, type MicroDollars } from './money.ts'
import type { Prices } from './prices.ts'

export interface EffortEstimate {
  readonly effort: 'quick' | 'standard'
  readonly questions: number
  /** Of questions and answers. */
  readonly tokens: number
  /** Undefined when the price is not known. */
  readonly expected: MicroDollars | undefined
  /** With answers as long as they may be, and a token for each byte of the questions. */
  readonly atMost: MicroDollars | undefined
}

/**
 * So many units have something in them that deserves a second look, which then takes about as much as the first one.
 * A guess: what a change will be found to have is not known before it was read.
 */
const SECOND_LOOKS = 0.5

/** What it costs to ask a model for the problems of a change, by effort. `deep` asks what `standard` does. */
export function estimateReview(
  finding: readonly Question[],
  { model, prices, at }: { readonly model: string; readonly prices: Prices; readonly at: Date },
): readonly EffortEstimate[] {
  const estimates = finding.map(estimateQuestion)
  const sum = (usages: readonly Usage[]) => ({
    tokens: usages.reduce((total, usage) => total + usage.inputTokens + usage.outputTokens, 0),
    money: usages.reduce<number | undefined>((total, usage) => {
      const cost = prices.costOf(model, usage, at)
      return total === undefined || cost === undefined ? undefined : total + cost
    }, 0),
  })
  const expected = sum(estimates.map((estimate) => estimate.expected))
  const worst = sum(estimates.map((estimate) => estimate.worst))
  const times = (money: number | undefined, factor: number): MicroDollars | undefined =>
    money === undefined ? undefined : microDollars(money * factor)
  return [
    {
      effort: 'quick',
      questions: finding.length,
      tokens: expected.tokens,
      expected: times(expected.money, 1),
      atMost: times(worst.money, 1),
    },
    {
      effort: 'standard',
      questions: finding.length + Math.ceil(finding.length * SECOND_LOOKS),
      tokens: Math.round(expected.tokens * (1 + SECOND_LOOKS)),
      expected: times(expected.money, 1 + SECOND_LOOKS),
      atMost: times(worst.money, 2),
    },
  ]
}
