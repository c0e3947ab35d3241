import type { Question, Usage } from '../llm/model.ts'
import { estimateConversation, type DeepBounds } from './estimate-conversation.ts'
import { estimateQuestion } from './estimate-question.ts'
import { microDollars, type MicroDollars } from './money.ts'
import type { Prices } from './prices.ts'

export interface EffortEstimate {
  readonly effort: 'quick' | 'standard' | 'deep'
  readonly questions: number
  /** Of questions and answers. */
  readonly tokens: number
  /** Undefined when the price is not known. */
  readonly expected: MicroDollars | undefined
  /** With answers as long as they may be, and a token for each byte of the questions. */
  readonly atMost: MicroDollars | undefined
}

/**
 * So many units have something in them that deserves a second look, which then takes about as much as the first one; and
 * so many changes have something that shows only in them as a whole.
 * A guess: what a change will be found to have is not known before it was read.
 */
const SECOND_LOOKS = 0.5

/** The one question in which claims are compared: with a few of them, as is usual, and with as many as it may hold. */
const COMPARISON = {
  expected: { inputTokens: 700, cachedInputTokens: 0, outputTokens: 150 },
  worst: { inputTokens: 40_000, cachedInputTokens: 0, outputTokens: 4_000 },
} as const

/**
 * What it costs to ask a model for the problems of a change, by effort. `asked` is what a deep review asks first: about
 * each unit, and about the whole where that is due. `bounds` say how far it may go on from there.
 */
export function estimateReview(
  asked: readonly Question[],
  {
    model,
    prices,
    at,
    bounds,
  }: { readonly model: string; readonly prices: Prices; readonly at: Date; readonly bounds: DeepBounds },
): readonly EffortEstimate[] {
  const units = asked.filter(({ purpose }) => purpose === 'find').map(estimateQuestion)
  const whole = asked.find(({ purpose }) => purpose === 'whole-change')
  const talk = whole ? estimateConversation(whole, bounds) : { expected: [], worst: [] }
  const expected = total(units.map((unit) => unit.expected))
  const worst = total(units.map((unit) => unit.worst))
  const ofTalk = { expected: total(talk.expected), worst: total(talk.worst) }
  const looks = Math.ceil(units.length * SECOND_LOOKS)
  const comparison =
    units.length > 0
      ? { questions: 1, expected: priced(COMPARISON.expected), worst: priced(COMPARISON.worst) }
      : { questions: 0, expected: total([]), worst: total([]) }
  // What the whole brings to light is looked at in one unit as a rule, and in each of them at most.
  const moreLooks =
    whole && units.length > 0 ? { questions: 1, likely: SECOND_LOOKS / units.length, most: 1 } : NONE
  return [
    estimate('quick', units.length, expected, worst),
    estimate(
      'standard',
      units.length + looks + comparison.questions,
      plus(times(expected, 1 + SECOND_LOOKS), comparison.expected),
      plus(times(worst, 2), comparison.worst),
    ),
    estimate(
      'deep',
      units.length + looks + talk.expected.length + moreLooks.questions + comparison.questions,
      plus(plus(times(expected, 1 + SECOND_LOOKS + moreLooks.likely), ofTalk.expected), comparison.expected),
      plus(plus(times(worst, 2 + moreLooks.most), ofTalk.worst), comparison.worst),
    ),
  ]

  /** Question by question: a price may depend on the length of one. */
  function total(usages: readonly Usage[]): Total {
    return usages.map(priced).reduce(plus, { tokens: 0, money: 0 })
  }

  function priced(usage: Usage): Total {
    return {
      tokens: usage.inputTokens + usage.outputTokens,
      money: prices.costOf(model, usage, at),
    }
  }
}

interface Total {
  readonly tokens: number
  /** In micro-dollars; undefined when a price is not known. */
  readonly money: number | undefined
}

const NONE = { questions: 0, likely: 0, most: 0 } as const

function plus(a: Total, b: Total): Total {
  return {
    tokens: a.tokens + b.tokens,
    money: a.money === undefined || b.money === undefined ? undefined : a.money + b.money,
  }
}

function times({ tokens, money }: Total, factor: number): Total {
  return { tokens: tokens * factor, money: money === undefined ? undefined : money * factor }
}

function estimate(
  effort: EffortEstimate['effort'],
  questions: number,
  likely: Total,
  most: Total,
): EffortEstimate {
  return {
    effort,
    questions,
    tokens: Math.round(likely.tokens),
    expected: likely.money === undefined ? undefined : microDollars(likely.money),
    atMost: most.money === undefined ? undefined : microDollars(most.money),
  }
}
