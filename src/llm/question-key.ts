import { createHash } from 'node:crypto'
import { canonicalJson } from '../base/json.ts'
import { answerJsonSchema, type JsonSchema } from './answer-json-schema.ts'
import type { Question } from './model.ts'

/** A question as JSON can carry it, with the model that it is for: everything that shapes the answer. */
export interface WrittenQuestion {
  /** `provider/model`. */
  readonly model: string
  readonly purpose: Question['purpose']
  readonly system: string
  readonly prompt: string
  readonly answer: { readonly name: string; readonly description: string; readonly schema: JsonSchema }
  readonly maxOutputTokens: number
}

export function writtenQuestion(model: string, question: Question): WrittenQuestion {
  const { purpose, system, prompt, answer, maxOutputTokens } = question
  const { name, description } = answer
  const schema = answerJsonSchema(answer)
  return { model, purpose, system, prompt, answer: { name, description, schema }, maxOutputTokens }
}

/** Names a question: 64 hex digits of SHA-256, another one whenever anything in it is another. */
export function questionKey(question: WrittenQuestion): string {
  return createHash('sha256').update(canonicalJson(question)).digest('hex')
}
