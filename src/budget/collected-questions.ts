import type { ModelSource } from '../llm/model-source.ts'
import type { Question } from '../llm/model.ts'
import { OverBudgetError } from '../llm/over-budget-error.ts'

/** Why nothing was read where questions are only collected. */
export const ONLY_ESTIMATED = 'not asked: this is an estimate'

export interface CollectedQuestions {
  readonly models: ModelSource
  /** In the order in which they were asked. */
  readonly questions: readonly Question[]
}

/** Models that are never asked: each question is kept, and refused as if no money were left. */
export function collectQuestions(id: string): CollectedQuestions {
  const questions: Question[] = []
  const model = {
    id,
    ask: (question: Question) => {
      questions.push(question)
      return Promise.reject(new OverBudgetError(ONLY_ESTIMATED))
    },
  }
  return { models: { id, forRun: () => model }, questions }
}
