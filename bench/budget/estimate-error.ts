import { openLlmEmulator } from '../../emulators/llm/llm-emulator.ts'
import { percentiles } from '../../load/percentiles.ts'
import { checkSyntax } from '../../src/analysis/check-syntax.ts'
import { scanSecrets } from '../../src/analysis/secret-scanner.ts'
import { systemClock } from '../../src/base/clock.ts'
import { randomIds } from '../../src/base/ids.ts'
import { collectQuestions } from '../../src/budget/collected-questions.ts'
import { estimateQuestion } from '../../src/budget/estimate-question.ts'
import { estimateReview, type EffortEstimate } from '../../src/budget/estimate-review.ts'
import { ownPrices, withOwnPrices } from '../../src/budget/own-prices.ts'
import { createListPrices } from '../../src/budget/prices.genai-prices.ts'
import { openModel } from '../../src/llm/model.ai-sdk.ts'
import { sharedModel, type ModelSource } from '../../src/llm/model-source.ts'
import type { Change } from '../../src/review/change.ts'
import type { ModelCall } from '../../src/review/model-call.ts'
import { createReviewChange } from '../../src/review/review-change.ts'
import { defaultReviewSettings } from '../../src/review/review-settings.ts'
import { answerByLines } from '../cache-replay/scripted-reviewer.ts'
import { median } from '../median.ts'

/** Errors are parts of what a review costs: 0.1 is a tenth of it. */
export interface EstimateErrors {
  readonly changes: number
  readonly efforts: readonly {
    readonly effort: EffortEstimate['effort']
    /** Of the money, whichever way the estimate is wrong. */
    readonly p50: number
    readonly p95: number
    /** Above 0 where reviews cost more than was said, below where they cost less. */
    readonly median: number
    /** Reviews that cost more than the most that was said. */
    readonly aboveMost: number
  }[]
  /** Of the questions of `quick`, in tokens: what is known before. */
  readonly input: { readonly p50: number; readonly p95: number; readonly median: number }
}

const model = { provider: 'openai-compatible', model: 'scripted' } as const
const id = `${model.provider}/${model.model}`
/** About the list prices of a large model. */
const prices = withOwnPrices(
  createListPrices(),
  ownPrices.parse([{ model: id, from: '2020-01-01', input: 3, output: 15 }]),
)

/** Estimates the review of each change, has it done, and compares. Changes without a question are left out. */
export async function measureEstimates(
  changes: AsyncIterable<Change>,
  countTokens: (text: string) => number,
  say: (line: string) => void,
): Promise<EstimateErrors> {
  const emulator = await openLlmEmulator({
    answer: ({ system, prompt, schema }) => {
      const answer = answerByLines(prompt)
      const written = 'value' in answer ? JSON.stringify(answer.value) : ''
      const asked = [system, prompt, JSON.stringify(schema ?? {})]
      const inputTokens = asked.reduce((sum, text) => sum + countTokens(text), 0)
      return { ...answer, usage: { inputTokens, outputTokens: countTokens(written) } }
    },
  })
  const asked = sharedModel(
    openModel({
      ...model,
      apiKey: 'emulated',
      baseUrl: emulator.baseUrl,
      timeoutMs: 60_000,
      followsSchema: true,
    }),
  )
  const money = { quick: [] as number[], standard: [] as number[] }
  const aboveMost = { quick: 0, standard: 0 }
  const input: number[] = []
  try {
    for await (const change of changes) {
      const collected = collectQuestions(id)
      await review(change, collected.models, 'quick')
      if (collected.questions.length === 0) continue
      const estimates = estimateReview(collected.questions, {
        model: id,
        prices,
        at: new Date(),
        bounds: defaultReviewSettings,
      })
      for (const { effort, expected, atMost } of estimates) {
        // How often a model wants to look something up, a scripted one cannot tell.
        if (effort === 'deep') continue
        const calls = await review(change, asked, effort)
        const cost = calls.reduce((sum, { usage }) => sum + (prices.costOf(id, usage, new Date()) ?? 0), 0)
        money[effort].push(error(expected ?? 0, cost))
        if (cost > (atMost ?? 0)) aboveMost[effort] += 1
        if (effort !== 'quick') continue
        const likely = collected.questions.map((question) => estimateQuestion(question).expected.inputTokens)
        input.push(error(sum(likely), sum(calls.map(({ usage }) => usage.inputTokens))))
      }
      say(`${change.name}: ${collected.questions.length} questions`)
    }
  } finally {
    await emulator.close()
  }
  return {
    changes: money.quick.length,
    efforts: (['quick', 'standard'] as const).map((effort) => ({
      effort,
      ...errors(money[effort]),
      aboveMost: aboveMost[effort],
    })),
    input: errors(input),
  }
}

async function review(
  change: Change,
  models: ModelSource,
  effort: EffortEstimate['effort'],
): Promise<readonly ModelCall[]> {
  const calls: ModelCall[] = []
  const reviewChange = createReviewChange({
    analysers: [],
    scanSecrets,
    checkSyntax,
    settings: { ...defaultReviewSettings, effort },
    clock: systemClock,
    newId: randomIds,
    models,
  })
  const observer = { event: () => undefined, call: (call: ModelCall) => void calls.push(call) }
  const scope = { tenant: 'bench', repository: 'bench/bench', runId: randomIds() }
  await reviewChange(change, scope, observer, new AbortController().signal)
  return calls
}

function error(said: number, came: number): number {
  return (came - said) / came
}

function errors(all: readonly number[]): { p50: number; p95: number; median: number } {
  const { p50, p95 } = percentiles(all.map(Math.abs))
  return { p50: rounded(p50), p95: rounded(p95), median: rounded(median(all)) }
}

function sum(amounts: readonly number[]): number {
  return amounts.reduce((total, amount) => total + amount, 0)
}

function rounded(share: number): number {
  return Number(share.toFixed(3))
}
