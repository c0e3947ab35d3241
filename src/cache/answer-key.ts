import { createHash } from 'node:crypto'
import { canonicalJson, type Json } from '../base/json.ts'
import { answerJsonSchema } from '../llm/answer-json-schema.ts'
import type { Question } from '../llm/model.ts'
import type { AnswerKey } from './answer-cache.ts'

/** Goes up when the same question is put to models in other words than before: all answers are asked for again. */
const KEY_VERSION = 1

/** Who is asked, as far as it shapes the answer. Never the API key. */
export interface AskedModel {
  readonly provider: string
  readonly model: string
  /** A model of one name is another model on another server. Absent for the provider's own address. */
  readonly baseUrl?: string
  /** What is set for every question, such as how the answer's form is told. */
  readonly parameters: Readonly<Record<string, Json>>
}

/** The key of a question, with a digest of each of its parts: enough to say what changed, too little to say to what. */
export interface KeyedQuestion {
  readonly key: AnswerKey
  readonly parts: Readonly<Record<string, string>>
}

/**
 * The key under which the answer to a question is kept: different as soon as anything differs that shapes the answer,
 * the same wherever and whenever it is asked. `tenant` keeps the answers of one from another, who could otherwise find
 * out by asking what code the first one has.
 */
export function answerKey(question: Question, asked: AskedModel, tenant: string): KeyedQuestion {
  // A new member of a question belongs into the key, or is named here as one that shapes no answer.
  const {
    system,
    prompt,
    maxOutputTokens,
    answer,
    purpose: _purpose,
    stakes: _stakes,
    parts: named,
    ...unknown
  } = question
  unknown satisfies Record<string, never>
  const { provider, model, baseUrl = null, parameters } = asked
  const { name, description } = answer
  const parts = {
    version: KEY_VERSION,
    tenant,
    model: { provider, model, baseUrl },
    parameters: { ...parameters, maxOutputTokens },
    rules: system,
    form: { name, description, schema: answerJsonSchema(answer) },
    prompt,
  } as const
  const key = sha256(canonicalJson(parts)) as AnswerKey // made here
  const digests = Object.entries({ ...parts, ...prefixed(named ?? {}) }).map(
    ([part, value]) => [part, sha256(canonicalJson(value)).slice(0, 16)] as const,
  )
  return { key, parts: Object.fromEntries(digests) }
}

/** The parts of the prompt, so that they cannot be taken for the parts of the key. */
function prefixed(parts: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(parts).map(([name, text]) => [`prompt: ${name}`, text]))
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
