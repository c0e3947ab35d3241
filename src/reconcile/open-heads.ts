/** How the open heads stand that the rules say to review, as far as deliveries or GitHub's lists told us of them. */
export interface HeadCounts {
  readonly owed: number
  /** Those with a receipt: reviewed, skipped or failed. */
  readonly delivered: number
  /** Those with neither a receipt nor a run on its way to one: nobody would ever hear of them. */
  readonly missing: number
}

/** Open pull requests against their runs: what is owed against what was delivered (I2). */
export interface OpenHeads {
  /** Counts, and keeps the counts for whoever shows them. */
  count(): Promise<HeadCounts>
  /** The counts that were kept last, whoever counted; undefined before the first. */
  lastCount(): Promise<(HeadCounts & { readonly countedAt: Date }) | undefined>
  /** Makes sure that a run for every missing one is owed: a superseded run is taken up again. Returns how many. */
  oweMissing(): Promise<number>
  /** Lets go of what workers hold that have said nothing for long. Returns how many died. */
  freeDead(): Promise<number>
}
