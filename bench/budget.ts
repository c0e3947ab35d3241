import path from 'node:path'
import { z } from 'zod'
import { createMigratedDatabase } from './create-migrated-database.ts'
import { answersAtOnce } from './at-once.ts'
import { openTokenCounter } from './budget/count-tokens.ts'
import { measureEstimates, type EstimateErrors } from './budget/estimate-error.ts'
import { evalCases, lastCommits } from './budget/real-changes.ts'
import { spendAtOnce, spendersTotal, type SpendersShare, type Spent } from './budget/spend-at-once.ts'
import { withPostgres } from './queue/servers.ts'
import { atLeast, atMost, type Target } from './queue/target.ts'

export const budgetOptions = z.object({
  commits: z.coerce.number().int().min(1).max(1_000),
})

export interface BudgetResult {
  readonly benchmark: 'budget'
  readonly spending: readonly (Spent & {
    readonly answersCost: string
    /** What was spent beyond the cap, in the dearest question that there was. */
    readonly beyondInQuestions: number
  })[]
  readonly estimates: Readonly<Record<string, EstimateErrors>>
  readonly targets: readonly Target[]
}

const PROCESSES = 4
const RUNS = 200
const spender = path.join(import.meta.dirname, 'budget', 'spender.process.js')

/** Whether a cap holds against 200 runs in four processes, and how far estimates are from what reviews cost. */
export async function runBudget(
  { commits }: z.infer<typeof budgetOptions>,
  say: (line: string) => void,
): Promise<BudgetResult> {
  const spending = await withPostgres(['fsync=on'], async (url) => {
    const figures: BudgetResult['spending'][number][] = []
    for (const [answersCost, factor] of [
      ['what was expected', 1],
      ['four times what was expected', 4],
    ] as const) {
      const spent = await spendInProcesses(url, factor)
      const beyondInQuestions = Number((Math.max(0, spent.spent - spent.cap) / spent.dearest).toFixed(3))
      say(
        `answers cost ${answersCost}: ${spent.spent} of ${spent.cap} micro-dollars spent, ${spent.asked} questions asked and ${spent.refused} refused`,
      )
      figures.push({ answersCost, beyondInQuestions, ...spent })
    }
    return figures
  })
  const estimates = await estimate(commits, say)
  const targets = spending.flatMap(({ answersCost, beyondInQuestions, spent, cap, dearest }) => [
    atMost(`questions beyond the cap when answers cost ${answersCost}`, 1, beyondInQuestions),
    // Not even two more of the dearest kind would have fitted.
    atLeast(`micro-dollars spent when answers cost ${answersCost}`, cap - 2 * dearest, spent),
  ])
  for (const { what, aim, measured, met } of targets)
    say(`${met ? 'met' : 'NOT MET'}: ${what}: ${measured}, aimed at ${aim}`)
  return { benchmark: 'budget', spending, estimates, targets }
}

async function spendInProcesses(serverUrl: string, factor: number): Promise<Spent> {
  const database = await createMigratedDatabase(serverUrl)
  try {
    const inProcesses = async (shares: readonly SpendersShare[]) => {
      const assignments = shares.map((share) => ({ databaseUrl: database.url, share }))
      return z.array(spendersTotal).parse(await answersAtOnce(spender, assignments))
    }
    const options = { runs: RUNS, questionsPerRun: 3, capInQuestions: RUNS, factor }
    return await spendAtOnce(options, PROCESSES, inProcesses)
  } finally {
    await database.drop()
  }
}

async function estimate(commits: number, say: (line: string) => void): Promise<BudgetResult['estimates']> {
  const countTokens = openTokenCounter(say)
  const folder = process.env['EVAL_CASES']
  const estimates = {
    'commits of this repository': await measureEstimates(lastCommits(commits), countTokens, say),
    ...(folder !== undefined && {
      'pull requests of others': await measureEstimates(evalCases(folder), countTokens, say),
    }),
  }
  for (const [what, { changes, efforts, input }] of Object.entries(estimates)) {
    for (const { effort, p50, p95, median } of efforts)
      say(
        `${changes} ${what}, ${effort}: off by ${percent(p50)} (p50), ${percent(p95)} (p95); ${percent(median)} in the middle`,
      )
    say(
      `${changes} ${what}, tokens of the questions: off by ${percent(input.p50)} (p50), ${percent(input.p95)} (p95)`,
    )
  }
  return estimates
}

function percent(share: number): string {
  return `${Math.round(share * 1_000) / 10} %`
}
