/** What became of a hunk. Only the first two count as read. */
export type HunkOutcome = 'read' | 'from-cache' | 'skipped' | 'over-budget' | 'failed'

/** What was read of one file, and what was not. */
export interface FileReceipt {
  readonly path: string
  /** Hunks by outcome; a file without hunks (binary, rename, mode) has none. */
  readonly hunks: Readonly<Partial<Record<HunkOutcome, number>>>
  /** Why hunks were not read, or why there was nothing to read, each reason once (`joinReasons`); absent when all was read. */
  readonly reason?: string
}

/** What came of reading a change as a whole, after its units. */
export interface WholeChangeReceipt {
  /** `cut-short` ended at a bound, and `failed` with an answer that could not be used: what was found until then counts. */
  readonly outcome: 'read' | 'cut-short' | 'failed' | 'left-out'
  /** Why, for every outcome but `read`. */
  readonly reason?: string
  readonly questions: number
  /** What the model looked up in the files of the head. */
  readonly toolCalls: number
  /** Paths of which something was too much to show in it, though a unit showed it. */
  readonly notShown: readonly string[]
}

/** What was read of a head commit and what was not. The sum over outcomes is the number of hunks of the change (I5). */
export interface Receipt {
  readonly outcome: 'reviewed' | 'skipped' | 'failed' | 'superseded'
  /** Why, for every outcome but `reviewed`. */
  readonly reason?: string
  /** Who read it: a model's id, or the analysers alone. */
  readonly reader: { readonly model?: string; readonly analysers: readonly string[] }
  readonly hunks: Readonly<Record<HunkOutcome, number>>
  readonly files: readonly FileReceipt[]
  /** Absent where it was not due: without `deep`, and where there is nothing that a unit does not show. */
  readonly wholeChange?: WholeChangeReceipt
  /** Sentences about the review, such as what a cap left out. */
  readonly notes?: readonly string[]
  /** Findings by what became of them. */
  readonly findings: { readonly posted: number; readonly merged: number; readonly dropped: number }
}

const BETWEEN_REASONS = '; '

/** The reasons of a file as one text, each of them once; undefined when there are none. */
export function joinReasons(reasons: readonly string[]): string | undefined {
  return reasons.length === 0 ? undefined : [...new Set(reasons)].join(BETWEEN_REASONS)
}

/** What is left of joined reasons without one of them; undefined when nothing is. */
export function withoutReason(joined: string, one: string): string | undefined {
  return joinReasons(joined.split(BETWEEN_REASONS).filter((reason) => reason !== one))
}

/** Whether every reviewable hunk was read: the only case that may be green (I5). */
export function isWhole({ outcome, hunks }: Receipt): boolean {
  return outcome === 'reviewed' && hunks['over-budget'] === 0 && hunks.failed === 0
}
