import type { CacheLookup } from '../llm/model.ts'
import type { ModelCall } from '../review/model-call.ts'
import { formatMoney, microDollars, type MicroDollars } from './money.ts'

/**
 * What became of a question. An answer is counted by what the cache had to do with it: `hit` and `wait` were saved, the
 * others paid; `off` where no cache was asked, or the answer could not be used. `failed` had no answer, and cost nothing.
 */
export type QuestionFate = CacheLookup | 'off' | 'failed'

/** What some questions came to: what was paid for answers, and what the cache saved. */
export interface Spent {
  readonly questions: Readonly<Record<QuestionFate, number>>
  /** Of questions and answers together. */
  readonly tokens: PaidAndSaved<number>
  readonly money: PaidAndSaved<Amount>
}

export interface PaidAndSaved<Value> {
  readonly paid: Value
  readonly saved: Value
}

/** A sum of money, as far as prices are known. */
export interface Amount {
  readonly known: MicroDollars
  /** Questions that used tokens at a price that nobody knows: what they cost comes on top. */
  readonly withoutPrice: number
}

/** What the questions of one run came to. */
export function sumSpent(
  calls: readonly Pick<ModelCall, 'source' | 'outcome' | 'cache' | 'cost' | 'usage'>[],
): Spent {
  const questions = { hit: 0, wait: 0, miss: 0, 'bad-entry': 0, error: 0, off: 0, failed: 0 }
  for (const { outcome, cache } of calls)
    questions[outcome === 'failed' ? 'failed' : (cache?.lookup ?? 'off')] += 1
  const of = (source: ModelCall['source']) => {
    const some = calls.filter((call) => call.source === source)
    return {
      tokens: some.reduce((sum, { usage }) => sum + tokensOf(usage), 0),
      money: {
        known: microDollars(some.reduce((sum, { cost }) => sum + (cost ?? 0), 0)),
        withoutPrice: some.filter(({ cost, usage }) => cost === undefined && tokensOf(usage) > 0).length,
      },
    }
  }
  const [paid, saved] = [of('model'), of('cache')]
  return {
    questions,
    tokens: { paid: paid.tokens, saved: saved.tokens },
    money: { paid: paid.money, saved: saved.money },
  }
}

function tokensOf({ inputTokens, outputTokens }: ModelCall['usage']): number {
  return inputTokens + outputTokens
}

/** The questions that a model was paid for. */
export function paidQuestions({ questions }: Pick<Spent, 'questions'>): number {
  return questions.miss + questions['bad-entry'] + questions.error + questions.off
}

/** The questions that were answered for nothing. */
export function savedQuestions({ questions }: Pick<Spent, 'questions'>): number {
  return questions.hit + questions.wait
}

/** Undefined when nothing of it is known: that is not nothing. */
export function knownAmount({ known, withoutPrice }: Amount): MicroDollars | undefined {
  return known === 0 && withoutPrice > 0 ? undefined : known
}

/** `$1.20`, `at least $1.20` where prices are missing, `unknown` where all are. */
export function amountWords(amount: Amount): string {
  const known = knownAmount(amount)
  if (known === undefined) return 'unknown'
  return amount.withoutPrice > 0 ? `at least ${formatMoney(known)}` : formatMoney(known)
}
