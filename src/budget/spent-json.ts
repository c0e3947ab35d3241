import type { Json } from '../base/json.ts'
import { knownAmount, type Spent } from './spent.ts'

/** As the API and the command line show it. What is not known at all is `null`, never 0. */
export function spentJson({ questions, tokens, money }: Spent): Record<string, Json> {
  const { hit, wait, miss, 'bad-entry': badEntry, error, off, failed } = questions
  return {
    questions: { hit, wait, miss, bad_entry: badEntry, error, without_cache: off, failed },
    tokens: { paid: tokens.paid, saved: tokens.saved },
    paid_micro_dollars: knownAmount(money.paid) ?? null,
    saved_micro_dollars: knownAmount(money.saved) ?? null,
    // Their cost comes on top.
    paid_without_price: money.paid.withoutPrice,
    questions_without_price: money.paid.withoutPrice + money.saved.withoutPrice,
  }
}
