import type { Answer, Question } from '../llm/model.ts'

/** Asks a model on behalf of one unit. */
export interface Asker {
  /** The model as it is configured: who said what came with an answer that could not be used whole. */
  readonly model: string
  ask(question: Question): Promise<Answer>
}
