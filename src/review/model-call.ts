import type { Question, Usage } from '../llm/model.ts'

/** One question that was asked, for the record. Holds neither prompt nor answer. */
export interface ModelCall {
  readonly purpose: Question['purpose']
  /** The path of the unit's file, or what else it covered. */
  readonly unit: string
  readonly model: string
  readonly usage: Usage
  readonly latencyMs: number
  /** `answered` and `unusable` were paid; `failed` was not. */
  readonly outcome: 'answered' | 'unusable' | 'failed'
  /** The provider's finish reason, or the error. */
  readonly detail: string
}
