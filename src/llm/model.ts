import type { z } from 'zod'

/** One question to a language model, with everything that shapes the answer: equal questions have equal answers. */
export interface Question {
  /** What it is for, as counted in metrics and records. */
  readonly purpose: 'find' | 'whole-change' | 'verify' | 'compare' | 'probe' | 'judge'
  /** The stable part, first, so that providers can cache it as a prefix. */
  readonly system: string
  readonly prompt: string
  /** What the prompt is made of, by name: so that people can be told which part of it changed. Not sent. */
  readonly parts?: Readonly<Record<string, string>>
  readonly answer: AnswerSchema
  readonly maxOutputTokens: number
  /** Shapes no answer. Absent for what is worth most. */
  readonly stakes?: Stakes
}

/** What is lost when a question is not asked: when money is short, the least goes first. */
export type Stakes = 'high' | 'low' | 'least' | 'extra'

/**
 * The form an answer must have: an object whose fields are all there. What may be missing is nullable, never optional:
 * strict modes refuse optional fields. Limits on lengths and numbers are not sent; say them in descriptions.
 */
export interface AnswerSchema {
  /** Letters, digits and underscores: providers show it to the model. */
  readonly name: string
  readonly description: string
  /** Read loosely by the engine; given to the provider as JSON Schema, or in words where it knows none. */
  readonly schema: z.ZodType
  /** Whether the asker can use this value, where it reads more loosely than `schema`. */
  readonly accepts?: (value: unknown) => boolean
}

export interface Usage {
  /** All tokens of the question, cached ones included. */
  readonly inputTokens: number
  /** The part of `inputTokens` that the provider had in its prompt cache. */
  readonly cachedInputTokens: number
  /** The part that the provider put into it, where that costs more than other input (Anthropic). Absent: none. */
  readonly cacheWriteInputTokens?: number
  readonly outputTokens: number
  /** Some of it was not counted by the server, but estimated by us. */
  readonly isEstimated?: true
}

/** What a question without an answer that can be used had cost. */
export interface PaidInVain {
  /** `provider/model` that was paid. */
  readonly model: string
  readonly usage: Usage
}

export type FinishReason = 'stop' | 'length' | 'refusal' | 'other'

export interface Answer {
  /** What the model wrote, parsed as JSON (code fences removed). Not yet checked: the asker reads it with a schema of its own. */
  readonly value: unknown
  /** What the model wrote, to the letter. */
  readonly text: string
  readonly finishReason: FinishReason
  /** The provider's own word for it. */
  readonly rawFinishReason: string
  /** What it cost, whoever paid: for an answer from the cache that is what was saved. */
  readonly usage: Usage
  /** `provider/model` that answered. */
  readonly model: string
  /** What other models were paid before this one stood in for them: not in `usage`. */
  readonly paidInVain?: readonly PaidInVain[]
  /** `cache` when nothing was paid for this question: it was answered before, or somebody was just asking it. */
  readonly source: 'model' | 'cache'
  /** Absent where there is no cache. */
  readonly cache?: CacheNote
}

/**
 * What the cache had to do with a question: it had the answer (`hit`), somebody was just asking (`wait`), nobody had asked
 * before (`miss`), what it had could not be read (`bad-entry`), or it could not be asked (`error`).
 */
export type CacheLookup = 'hit' | 'wait' | 'miss' | 'bad-entry' | 'error'

/** For the record: neither question nor answer can be made out from it. */
export interface CacheNote {
  readonly lookup: CacheLookup
  /** SHA-256 over everything that shapes the answer. */
  readonly key: string
  /** A digest of each part of the key, by name. */
  readonly parts: Readonly<Record<string, string>>
}

/**
 * A language model behind any provider.
 *
 * `ask` makes exactly one request and never retries: that is the business of wrappers and of the queue.
 * It throws an `UnusableAnswerError` for an answer that came but cannot be used, a rate-limited error with the time
 * to wait for, a retryable one (5xx, overload, time-out, broken stream), or a permanent one (key, model name, context too long).
 * A model whose spending is capped throws an `OverBudgetError` when it was not asked at all.
 */
export interface Model {
  /** `provider/model`, as configured. */
  readonly id: string
  ask(question: Question, signal: AbortSignal): Promise<Answer>
}
