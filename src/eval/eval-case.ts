import type { Change } from '../review/change.ts'

/** Lines of the new file, 1-based, both included. */
export interface Place {
  readonly path: string
  readonly startLine: number
  readonly endLine: number
}

/** How much a finding is a matter of taste: `strict` fails, `core` is measurable, `minor` can be argued about. */
export const profiles = ['strict', 'core', 'minor'] as const
export type Profile = (typeof profiles)[number]

/** A problem of a change that people agreed on. */
export interface GoldenFinding {
  readonly id: string
  readonly comment: string
  /** In lower case, in the words of its source; absent where the source gives none. */
  readonly severity?: string
  readonly profile: Profile
  /** Where it can be seen: one place as a rule. */
  readonly places: readonly Place[]
}

/** A change with what a good review says about it. */
export interface EvalCase {
  readonly id: string
  /**
   * `findings`: those of `golden`, and whatever else is right. `no findings`: silence. `robustness only`: nothing is known
   * of what is right, so nothing is scored.
   */
  readonly expects: 'findings' | 'no findings' | 'robustness only'
  readonly change: Change
  readonly golden: readonly GoldenFinding[]
  /** Comments that annotators rejected: a hint, not proof. */
  readonly knownInvalid: readonly GoldenFinding[]
  /** Estimated, of the diff as git wrote it. */
  readonly diffTokens: number
}
