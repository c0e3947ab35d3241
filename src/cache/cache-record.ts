import type { CacheNote, Question } from '../llm/model.ts'
import type { ModelCall } from '../review/model-call.ts'

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

/** What runs asked, for people who look. Reads only. */
export interface CacheRecord {
  /** In the order in which they were asked; undefined when there is no such run. */
  askedIn(runId: string): Promise<readonly AskedInRun[] | undefined>
}
