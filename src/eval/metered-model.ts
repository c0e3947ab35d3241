import type { Model, Question, Usage } from '../llm/model.ts'
import { estimateTokens } from '../review/estimate-tokens.ts'

/** What was asked of one model in one review. */
export interface Meter {
  questions: number
  /** Estimated from the texts, the same for every provider. */
  promptTokens: number
  /** As the providers count. */
  usage: Usage
  /** Entries in the answers to "what is wrong": each has to come out as a finding. */
  entries: number
}

export type Meters = Partial<Record<Question['purpose'], Meter>>

/** A model that counts what goes in and what comes out, for each purpose. */
export function meteredModel(model: Model): { readonly model: Model; readonly meters: Meters } {
  const meters: Meters = {}
  return {
    meters,
    model: {
      id: model.id,
      async ask(question, signal) {
        const meter = (meters[question.purpose] ??= {
          questions: 0,
          promptTokens: 0,
          usage: { inputTokens: 0, cachedInputTokens: 0, outputTokens: 0 },
          entries: 0,
        })
        meter.questions += 1
        meter.promptTokens += estimateTokens(question.system) + estimateTokens(question.prompt)
        const answer = await model.ask(question, signal)
        meter.usage = {
          inputTokens: meter.usage.inputTokens + answer.usage.inputTokens,
          cachedInputTokens: meter.usage.cachedInputTokens + answer.usage.cachedInputTokens,
          outputTokens: meter.usage.outputTokens + answer.usage.outputTokens,
        }
        if (question.purpose === 'find') meter.entries += countEntries(answer.value)
        return answer
      },
    },
  }
}

/** Counted by other means than the engine's own reader, so that what the reader loses is missed. */
function countEntries(value: unknown): number {
  if (Array.isArray(value)) return value.length
  const found =
    typeof value === 'object' && value !== null && 'findings' in value ? value.findings : undefined
  return Array.isArray(found) ? found.length : 0
}
