import type { MicroDollars } from '../budget/money.ts'
import type { Answer, CacheNote, Question, Usage } from '../llm/model.ts'

/** One question that was asked, for the record. Holds neither prompt nor answer. */
export interface ModelCall {
  readonly purpose: Question['purpose']
  /** The path of the unit's file, or what else it covered. */
  readonly unit: string
  readonly model: string
  /** For an answer from the cache: what it had cost, and what was saved. */
  readonly usage: Usage
  readonly source: Answer['source']
  /** Of the usage, paid or saved. Absent when the price is not known. */
  readonly cost?: MicroDollars
  /** Absent where there is no cache, and for questions that failed. */
  readonly cache?: CacheNote
  readonly latencyMs: number
  /** `unusable` was paid, and so was `answered`, unless from the cache; `failed` was not. */
  readonly outcome: 'answered' | 'unusable' | 'failed'
  /** The provider's finish reason, or the error; and whether the tokens are estimated, for the server did not count them. */
  readonly detail: string
}
