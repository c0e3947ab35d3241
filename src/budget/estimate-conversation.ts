import type { Question, Usage } from '../llm/model.ts'
import { BYTES_PER_TOKEN } from '../review/estimate-tokens.ts'
import type { ReviewSettings } from '../review/review-settings.ts'
import { mayAskForTools } from '../review/whole-change/whole-change-question.ts'
import { estimateQuestion } from './estimate-question.ts'

export type DeepBounds = Pick<ReviewSettings, 'deepQuestions' | 'deepTokens'>

/**
 * So many questions a conversation takes when something can be looked up, and so much each look adds to the next one.
 * Guesses: what a model will want to see is not known before.
 */
const LIKELY_QUESTIONS = 3
const LOOK_TOKENS = 1_000

/** What a conversation will use that begins with this question, question by question: about so much, and never more. */
export function estimateConversation(
  first: Question,
  { deepQuestions, deepTokens }: DeepBounds,
): { readonly expected: readonly Usage[]; readonly worst: readonly Usage[] } {
  const { expected, worst } = estimateQuestion(first)
  if (!mayAskForTools(first)) return { expected: [expected], worst: [worst] }
  // The bound is on estimated tokens of rules and texts; no token has less than a byte, and each question has its form.
  const form = worst.inputTokens - Buffer.byteLength(first.system + first.prompt)
  const share = Math.ceil((deepTokens * BYTES_PER_TOKEN) / deepQuestions)
  return {
    expected: Array.from({ length: Math.min(LIKELY_QUESTIONS, deepQuestions) }, (_, step) => ({
      ...expected,
      inputTokens: expected.inputTokens + step * LOOK_TOKENS,
    })),
    worst: Array.from({ length: deepQuestions }, () => ({ ...worst, inputTokens: share + form })),
  }
}
