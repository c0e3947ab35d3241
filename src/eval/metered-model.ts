import type { Clock } from '../base/clock.ts'
import type { Prices } from '../budget/prices.ts'
import { completeEntries } from '../llm/complete-entries.ts'
import type { Model, Question, Usage } from '../llm/model.ts'
import { allPaidInVain } from '../llm/paid-in-vain.ts'
import { sumUsage } from '../llm/sum-usage.ts'
import { UnusableAnswerError } from '../llm/unusable-answer-error.ts'
import { estimateTokens } from '../review/estimate-tokens.ts'

/** What was asked of one model in one review. */
export interface Meter {
  readonly questions: number
  /** Estimated from the texts, the same for every provider. */
  readonly promptTokens: number
  /** As the providers count, of unusable answers, too. */
  readonly usage: Usage
  /** What that costs, in millionths of a US dollar, as far as prices are known. */
  readonly cost: number
  /** Questions of a model whose price is not known: they are not in `cost`. */
  readonly unpriced: number
  /** Entries in the answers to "what is wrong": each has to come out as a finding. */
  readonly entries: number
}

export type Meters = Partial<Record<Question['purpose'], Meter>>

const nothing: Meter = {
  questions: 0,
  promptTokens: 0,
  usage: { inputTokens: 0, cachedInputTokens: 0, outputTokens: 0 },
  cost: 0,
  unpriced: 0,
  entries: 0,
}

export interface MeterOptions {
  /** Without them nothing has a price. */
  readonly prices?: Prices
  readonly clock: Clock
}

/** A model that counts what goes in and what comes out, for each purpose. */
export function meteredModel(
  model: Model,
  pricing?: MeterOptions,
): { readonly model: Model; readonly meters: Meters } {
  const meters: Meters = {}
  const add = (purpose: Question['purpose'], more: Partial<Meter>): void => {
    meters[purpose] = addMeter(meters[purpose] ?? nothing, { ...nothing, ...more })
  }
  const addUsage = (purpose: Question['purpose'], answerer: string, usage: Usage): void => {
    const cost = pricing?.prices?.costOf(answerer, usage, pricing.clock.now())
    add(purpose, cost === undefined ? { usage, unpriced: 1 } : { usage, cost })
  }
  return {
    meters,
    model: {
      id: model.id,
      async ask(question, signal) {
        const { purpose, system, prompt } = question
        add(purpose, { questions: 1, promptTokens: estimateTokens(system) + estimateTokens(prompt) })
        try {
          const answer = await model.ask(question, signal)
          for (const paid of [...(answer.paidInVain ?? []), answer]) addUsage(purpose, paid.model, paid.usage)
          if (finds(purpose)) add(purpose, { entries: countEntries(answer.value) })
          return answer
        } catch (error) {
          for (const paid of allPaidInVain(error)) addUsage(purpose, paid.model, paid.usage)
          // What stands whole in an answer that was cut off is kept.
          if (error instanceof UnusableAnswerError && finds(purpose))
            add(purpose, { entries: completeEntries(error.text).length })
          throw error
        }
      },
    },
  }
}

/** Both together. */
export function addMeter(a: Meter, b: Meter): Meter {
  return {
    questions: a.questions + b.questions,
    promptTokens: a.promptTokens + b.promptTokens,
    cost: a.cost + b.cost,
    unpriced: a.unpriced + b.unpriced,
    entries: a.entries + b.entries,
    usage: sumUsage(a.usage, b.usage),
  }
}

function finds(purpose: Question['purpose']): boolean {
  return purpose === 'find' || purpose === 'whole-change'
}

/** Counted by other means than the engine's own reader, so that what the reader loses is missed. */
function countEntries(value: unknown): number {
  if (Array.isArray(value)) return value.length
  const found =
    typeof value === 'object' && value !== null && 'findings' in value ? value.findings : undefined
  return Array.isArray(found) ? found.length : 0
}
