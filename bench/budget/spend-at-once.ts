import { z } from 'zod'
import { openLlmEmulator } from '../../emulators/llm/llm-emulator.ts'
import { systemClock } from '../../src/base/clock.ts'
import { errorKind } from '../../src/base/errors.ts'
import type { Account, Budget } from '../../src/budget/budget.ts'
import { createPostgresBudget } from '../../src/budget/budget.postgres.ts'
import { estimateQuestion } from '../../src/budget/estimate-question.ts'
import { budgetedModels } from '../../src/budget/model.budgeted.ts'
import { microDollars } from '../../src/budget/money.ts'
import { ownPrices, withOwnPrices } from '../../src/budget/own-prices.ts'
import { createListPrices } from '../../src/budget/prices.genai-prices.ts'
import { openModel } from '../../src/llm/model.ai-sdk.ts'
import { sharedModel } from '../../src/llm/model-source.ts'
import type { Question, Usage } from '../../src/llm/model.ts'
import { OverBudgetError } from '../../src/llm/over-budget-error.ts'
import type { Database } from '../../src/postgres/database.ts'

export interface SpendOptions {
  /** So many at once, each of which asks one question after the other. */
  readonly runs: number
  readonly questionsPerRun: number
  /** The cap of the day: what so many questions are expected to cost. */
  readonly capInQuestions: number
  /** How many times what is expected an answer really costs, as far as a question can cost that much. */
  readonly factor: number
}

/** Money in micro-dollars. */
export interface Spent {
  readonly cap: number
  /** By the usage that the model told, whatever the budget says. */
  readonly spent: number
  /** What the dearest single question cost. */
  readonly dearest: number
  readonly asked: number
  readonly refused: number
  /** Most questions that were with the model at the same time. */
  readonly underWay: number
}

/** What some of the runs do, in whatever process. */
export const spendersShare = z.object({
  baseUrl: z.string(),
  /** In micro-dollars. */
  cap: z.number(),
  /** The account that all of them spend from. */
  account: z.string(),
  firstRun: z.number(),
  runs: z.number(),
  questionsPerRun: z.number(),
})
export type SpendersShare = z.infer<typeof spendersShare>

/** What came of it: the cost of each answer, and how often there was none. */
export const spendersTotal = z.object({ costs: z.array(z.number()), refused: z.number() })
export type SpendersTotal = z.infer<typeof spendersTotal>

const model = { provider: 'openai-compatible', model: 'emulated' } as const
const id = `${model.provider}/${model.model}`
/** About the list prices of a large model. */
const prices = withOwnPrices(
  createListPrices(),
  ownPrices.parse([{ model: id, from: '2020-01-01', input: 3, output: 15 }]),
)

/** Questions of many sizes: up to some 30 kB, of the same text in each run of the bench. */
function questionOf(number: number): Question {
  return {
    purpose: 'find',
    system: 'Find what fails in these lines.',
    prompt: `${number}\n${'  const total = rows.reduce((sum, row) => sum + row.amount, 0)\n'.repeat((number * 37) % 480)}`,
    answer: { name: 'found', description: 'What fails.', schema: z.object({ found: z.array(z.string()) }) },
    maxOutputTokens: 4_000,
  }
}

function costOf(usage: Usage): number {
  return prices.costOf(id, usage, new Date()) ?? 0
}

/**
 * Many runs spend at once what one day may cost, through PostgreSQL. `spend` has their shares done, one or several of
 * `shares`, wherever it likes.
 */
export async function spendAtOnce(
  { runs, questionsPerRun, capInQuestions, factor }: SpendOptions,
  shares: number,
  spend: (shares: readonly SpendersShare[]) => Promise<readonly SpendersTotal[]>,
): Promise<Spent> {
  const questions = Array.from({ length: runs * questionsPerRun }, (_, number) => questionOf(number))
  const expected = questions.map((question) => costOf(estimateQuestion(question).expected))
  const mean = expected.reduce((sum, cost) => sum + cost, 0) / expected.length
  const cap = microDollars(Math.round(mean * capInQuestions))

  let underWay = 0
  let most = 0
  const emulator = await openLlmEmulator({
    answer: async ({ prompt }) => {
      underWay += 1
      most = Math.max(most, underWay)
      await systemClock.sleep(100)
      underWay -= 1
      const { expected: likely, worst } = estimateQuestion(questionOf(Number.parseInt(prompt, 10)))
      const used = (measure: 'inputTokens' | 'outputTokens'): number =>
        Math.min(worst[measure], Math.round(likely[measure] * factor))
      const usage = { inputTokens: used('inputTokens'), outputTokens: used('outputTokens') }
      return { kind: 'json', value: { found: [] }, usage }
    },
  })
  try {
    const totals = await spend(
      Array.from({ length: shares }, (_, share) => ({
        baseUrl: emulator.baseUrl,
        cap,
        account: `cap ${cap} ${factor} ${runs}`,
        firstRun: (runs / shares) * share,
        runs: runs / shares,
        questionsPerRun,
      })),
    )
    const costs = totals.flatMap((total) => total.costs)
    return {
      cap,
      spent: costs.reduce((sum, cost) => sum + cost, 0),
      dearest: Math.max(...costs),
      asked: costs.length,
      refused: totals.reduce((sum, total) => sum + total.refused, 0),
      underWay: most,
    }
  } finally {
    await emulator.close()
  }
}

/** The runs of a share, all at once. */
export async function spendShare(database: Database, share: SpendersShare): Promise<SpendersTotal> {
  const inner = sharedModel(
    openModel({ ...model, apiKey: 'emulated', baseUrl: share.baseUrl, timeoutMs: 60_000 }),
  )
  const models = budgetedModels(inner, {
    budget: onAccount(createPostgresBudget(database), share.account),
    caps: { day: { money: microDollars(share.cap) } },
    prices,
    clock: systemClock,
    random: Math.random,
    observer: {
      refused: () => undefined,
      unsettled: (error) => {
        throw error
      },
      unextended: (error) => {
        throw error
      },
    },
  })
  const costs: number[] = []
  let refused = 0
  await Promise.all(
    Array.from({ length: share.runs }, async (_, index) => {
      const run = share.firstRun + index
      const own = models.forRun({ tenant: 'bench', repository: 'bench/bench', runId: `run ${run}` })
      for (let turn = 0; turn < share.questionsPerRun;) {
        try {
          const question = questionOf(run * share.questionsPerRun + turn)
          const { usage } = await own.ask(question, new AbortController().signal)
          costs.push(costOf(usage))
          turn += 1
        } catch (error) {
          // It waited long for others: the queue would bring the run again.
          if (errorKind(error) === 'rate-limited') continue
          if (!(error instanceof OverBudgetError)) throw error
          refused += 1
          turn += 1
        }
      }
    }),
  )
  return { costs, refused }
}

/** Another day than today, so that what was spent before does not count. */
function onAccount(budget: Budget, key: string): Budget {
  return {
    ...budget,
    reserve: (intended) =>
      budget.reserve({ ...intended, accounts: intended.accounts.map((one): Account => ({ ...one, key })) }),
  }
}
