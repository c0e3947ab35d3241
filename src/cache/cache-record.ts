import type { CacheLookup, CacheNote, Question } from '../llm/model.ts'
import type { ModelCall } from '../review/model-call.ts'

/** What was paid, and what the cache saved. A question that failed before it was answered is in neither. */
export interface Savings {
  /** Answered questions by what the cache had to do with them; `off` where none was asked. */
  readonly questions: Readonly<Record<CacheLookup | 'off', number>>
  /** Tokens of questions and answers together, those of answers that could not be used included. */
  readonly tokens: { readonly paid: number; readonly saved: number }
}

/** A question as the record has it. */
export interface AskedBefore {
  readonly id: number
  readonly runId: string
  readonly purpose: Question['purpose']
  readonly unit: string
  readonly source: ModelCall['source']
  readonly outcome: ModelCall['outcome']
  readonly cache?: CacheNote
  readonly at: Date
}

/** A question of a run with those about the same unit of the same repository that came before it, newest first. */
export interface AskedInRun extends AskedBefore {
  readonly earlier: readonly AskedBefore[]
}

/** What runs asked and what it cost them, for people who look. Reads only. */
export interface CacheRecord {
  total(): Promise<Savings>
  /** The repositories with the most tokens, paid or saved; at most so many. */
  byRepository(limit: number): Promise<readonly (Savings & { readonly repository: string })[]>
  /** The last days on which something was asked (UTC), newest first; at most so many. `day` is `2026-01-31`. */
  byDay(limit: number): Promise<readonly (Savings & { readonly day: string })[]>
  /** Undefined when there is no such run. */
  ofRun(runId: string): Promise<Savings | undefined>
  /** In the order in which they were asked; undefined when there is no such run. */
  askedIn(runId: string): Promise<readonly AskedInRun[] | undefined>
}
