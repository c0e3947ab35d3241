import type { Severity } from './finding.ts'

/** What decides how a change is reviewed. Defaults are the ones of `docs/configuration.md`. */
export interface ReviewSettings {
  /** `quick` asks once; `standard` takes a second look at what was found; `deep` reads the change as a whole, too. */
  readonly effort: 'quick' | 'standard' | 'deep'
  /** At most this many inline comments; the rest is folded into the summary. 1 to 30. */
  readonly maxInlineComments: number
  /** Findings less severe than this are dropped. */
  readonly minSeverity: Severity
  /** Findings less certain than this (0 to 1) are dropped. */
  readonly minConfidence: number
  /** No unit is smaller than this estimate, unless the change of its file is. */
  readonly unitTokens: number
  /** Units beyond this sum of the estimated tokens of their first questions are not asked, and named as unread. */
  readonly runTokens: number
  /** Questions of one reading as a whole at most. 1 to 20. */
  readonly deepQuestions: number
  /** Of all these questions together, estimated. */
  readonly deepTokens: number
  /** A file with more changed bytes than this is skipped as too large. */
  readonly maxFileBytes: number
  /** Questions of one run under way at once. */
  readonly unitConcurrency: number
}

export const defaultReviewSettings: ReviewSettings = {
  effort: 'standard',
  maxInlineComments: 8,
  minSeverity: 'low',
  minConfidence: 0.5,
  unitTokens: 150,
  runTokens: 400_000,
  deepQuestions: 6,
  deepTokens: 120_000,
  maxFileBytes: 400_000,
  unitConcurrency: 4,
}
