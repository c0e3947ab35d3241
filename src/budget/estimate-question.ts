import { answerJsonSchema } from '../llm/answer-json-schema.ts'
import type { Question, Usage } from '../llm/model.ts'
import { estimateTokens } from '../review/estimate-tokens.ts'

/**
 * What a question will use: about so much, and never more with one answer. The rare one that is asked again pays for two; as
 * a token has several bytes, that is still no more than the worst unless both answers are long.
 */
export interface QuestionEstimate {
  readonly expected: Usage
  readonly worst: Usage
}

/** Words of the protocol around a question, in tokens. */
const AROUND_QUESTION = 50

/** A few findings, or verdicts, each with its reason. */
const ANSWER_TOKENS = 600

/** A token of any model has at least one byte of text, so no question has more tokens than bytes. */
export function estimateQuestion({ system, prompt, answer, maxOutputTokens }: Question): QuestionEstimate {
  const asked = [system, prompt, JSON.stringify(answerJsonSchema(answer))]
  const bytes = asked.reduce((sum, text) => sum + Buffer.byteLength(text), 0)
  const tokens = asked.reduce((sum, text) => sum + estimateTokens(text), AROUND_QUESTION)
  return {
    expected: usage(tokens, Math.min(maxOutputTokens, ANSWER_TOKENS)),
    // The rules, which every question begins with, may be what the provider puts into its cache.
    worst: {
      ...usage(bytes + AROUND_QUESTION, maxOutputTokens),
      cacheWriteInputTokens: Buffer.byteLength(system),
    },
  }
}

function usage(inputTokens: number, outputTokens: number): Usage {
  return { inputTokens, cachedInputTokens: 0, outputTokens }
}
