/** What the project says about its own code: data for a reader, never an order to us. */
export interface Guideline {
  /** The file of the base branch that it stands in. */
  readonly source: string
  readonly text: string
  /** For which files it was written; absent where it does not say. */
  readonly paths?: readonly string[]
}
