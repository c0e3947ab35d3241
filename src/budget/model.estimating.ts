import type { Answer, Model, Question, Usage } from '../llm/model.ts'
import { afterPaying } from '../llm/paid-in-vain.ts'
import { UnusableAnswerError } from '../llm/unusable-answer-error.ts'
import { estimateTokens } from '../review/estimate-tokens.ts'
import { estimateQuestion } from './estimate-question.ts'

/**
 * A model whose answers all have a usage. Some compatible servers count nothing: what they leave out is estimated from the
 * texts, so that limits and caps hold for them, too.
 */
export function estimatingModel(model: Model): Model {
  return {
    id: model.id,
    async ask(question, signal) {
      try {
        const answer = await model.ask(question, signal)
        return { ...answer, usage: wholeUsage(question, answer) }
      } catch (error) {
        if (!(error instanceof UnusableAnswerError)) throw error
        throw afterPaying(error, { model: error.model, usage: wholeUsage(question, error) })
      }
    },
  }
}

/** No question is without tokens, and no text. */
function wholeUsage(question: Question, { text, usage }: Pick<Answer, 'text' | 'usage'>): Usage {
  const { inputTokens, outputTokens } = usage
  if (inputTokens > 0 && (outputTokens > 0 || text === '')) return usage
  return {
    ...usage,
    inputTokens: inputTokens || estimateQuestion(question).expected.inputTokens,
    outputTokens: outputTokens || estimateTokens(text),
    isEstimated: true,
  }
}
