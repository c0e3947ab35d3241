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

/** Many runs spend at once what one day may cost, each as another process would: by itself, through PostgreSQL. */
export async function spendAtOnce(
  database: Database,
  { runs, questionsPerRun, capInQuestions, factor }: SpendOptions,
): Promise<Spent> {
  const questions = Array.from({ length: runs * questionsPerRun }, (_, number) => questionOf(number))
  const costOf = (usage: Usage): number => prices.costOf(id, usage, new Date()) ?? 0
  const expected = questions.map((question) => costOf(estimateQuestion(question).expected))
  const mean = expected.reduce((sum, cost) => sum + cost, 0) / expected.length
  const cap = microDollars(Math.round(mean * capInQuestions))

  let underWay = 0
  let most = 0
  const emulator = await openLlmEmulator({
    answer: async ({ prompt }) => {
      underWay += 1
      most = Math.max(most, underWay)
      await systemClock.sleep(20)
      underWay -= 1
      const { expected: likely, worst } = estimateQuestion(questionOf(Number.parseInt(prompt, 10)))
      const used = (measure: 'inputTokens' | 'outputTokens'): number =>
        Math.min(worst[measure], Math.round(likely[measure] * factor))
      const usage = { inputTokens: used('inputTokens'), outputTokens: used('outputTokens') }
      return { kind: 'json', value: { found: [] }, usage }
    },
  })
  const inner = sharedModel(
    openModel({ ...model, apiKey: 'emulated', baseUrl: emulator.baseUrl, timeoutMs: 60_000 }),
  )
  const day = `cap ${cap} ${factor} ${runs}`
  const models = budgetedModels(inner, {
    budget: onAccount(createPostgresBudget(database), day),
    caps: { day: { money: cap } },
    prices,
    clock: systemClock,
    random: Math.random,
    holdMs: 60_000,
    observer: {
      refused: () => undefined,
      unsettled: (error) => {
        throw error
      },
    },
  })
  const costs: number[] = []
  let refused = 0
  try {
    await Promise.all(
      Array.from({ length: runs }, async (_, run) => {
        const own = models.forRun({ tenant: 'bench', repository: 'bench/bench', runId: `run ${run}` })
        for (let turn = 0; turn < questionsPerRun;) {
          try {
            const { usage } = await own.ask(
              questionOf(run * questionsPerRun + turn),
              new AbortController().signal,
            )
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
  } finally {
    await emulator.close()
  }
  const spent = costs.reduce((sum, cost) => sum + cost, 0)
  return { cap, spent, dearest: Math.max(...costs), asked: costs.length, refused, underWay: most }
}

/** Another day than today, so that what was spent before does not count. */
function onAccount(budget: Budget, key: string): Budget {
  return {
    ...budget,
    reserve: (intended) =>
      budget.reserve({ ...intended, accounts: intended.accounts.map((one): Account => ({ ...one, key })) }),
  }
}
