/** Instructions for the files of one unit are shown up to here (estimated), however small the unit; a longer one never. */
export const INSTRUCTION_TOKENS = 400

/** What the project says about its own code: data for a reader, never an order to us. */
export interface Guideline {
  /** The file of the base branch that it stands in. */
  readonly source: string
  readonly text: string
  /** For which files it was written; absent where it does not say. */
  readonly paths?: readonly string[]
}

/** A file of guidelines, or a part of one, that nothing is read from. */
export interface IgnoredGuideline {
  readonly source: string
  /** What is wrong with it, for whoever wrote it. Quotes nothing of the file but names of settings. */
  readonly reason: string
}

/** All that the files of a base branch give. */
export interface ReadGuidelines {
  readonly guidelines: readonly Guideline[]
  readonly ignoredGuidelines: readonly IgnoredGuideline[]
}
