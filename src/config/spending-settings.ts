import type { MicroDollars } from '../budget/money.ts'
import type { OwnPrice } from '../budget/own-prices.ts'
import { pricesFile } from './prices-file.ts'
import { optional, type Setting } from './setting.ts'
import { integer, money } from './value-types.ts'

/** A cap in money and one in tokens, of the same thing. */
const cap = (
  what: string,
  example: string,
): [Setting<MicroDollars | undefined>, Setting<number | undefined>] => [
  optional(money(0.01, 1_000_000), {
    example,
    whenUnset: 'no cap',
    meaning: `US dollars that ${what} may cost. What is beyond is not asked, and named as unread.`,
  }),
  optional(integer(1_000, 1_000_000_000_000), {
    example: String(Math.round(Number(example) * 400_000)),
    whenUnset: 'no cap',
    meaning: `Tokens of questions and answers that ${what} may use; also for models without a price.`,
  }),
]
const ofRun = cap('one attempt to review one head', '0.50')
const ofPullRequest = cap('one pull request, with all its pushes,', '3')
const ofRepository = cap('one repository in one day (UTC)', '20')
const ofDay = cap('all repositories together in one day (UTC)', '50')
const ofMonth = cap('all repositories together in one month (UTC)', '800')

/** What may be spent, and what it costs. */
export const spendingSettings = {
  LLM_PRICES_FILE: optional<readonly OwnPrice[] | undefined>(pricesFile, {
    example: '/etc/lorgnette/prices.json',
    whenUnset: 'list prices count, and a model without one has no known cost',
    meaning:
      'Prices of your own, with the day from which each holds, as [cost.md](cost.md) shows. They go before the list prices.',
  }),
  CAP_PER_RUN: ofRun[0],
  CAP_PER_PULL_REQUEST: ofPullRequest[0],
  CAP_PER_REPOSITORY: ofRepository[0],
  CAP_PER_DAY: ofDay[0],
  CAP_PER_MONTH: ofMonth[0],
  CAP_TOKENS_PER_RUN: ofRun[1],
  CAP_TOKENS_PER_PULL_REQUEST: ofPullRequest[1],
  CAP_TOKENS_PER_REPOSITORY: ofRepository[1],
  CAP_TOKENS_PER_DAY: ofDay[1],
  CAP_TOKENS_PER_MONTH: ofMonth[1],
}
