/** A comment (by its index) that names a golden finding (by its index). The lower the cost, the better they fit. */
export interface Pair {
  readonly golden: number
  readonly comment: number
  readonly cost: number
}

/**
 * Gives as many golden findings as possible a comment of their own, and as many comments a golden finding of their own:
 * what is said twice is found once. Among equal choices the cheaper pair, then the first one, wins.
 * Returns the comment of each golden finding that has one.
 */
export function assign(pairs: readonly Pair[]): ReadonlyMap<number, number> {
  const byCost = pairs.toSorted((a, b) => a.cost - b.cost || a.golden - b.golden || a.comment - b.comment)
  const goldenOf = new Map<number, number>()

  // Kuhn's algorithm: a golden finding may take a comment from another one that can have a different comment instead.
  const place = (golden: number, tried: Set<number>): boolean =>
    byCost.some(({ golden: owner, comment }) => {
      if (owner !== golden || tried.has(comment)) return false
      tried.add(comment)
      const holder = goldenOf.get(comment)
      if (holder !== undefined && !place(holder, tried)) return false
      goldenOf.set(comment, golden)
      return true
    })

  for (const golden of new Set(byCost.map((pair) => pair.golden))) place(golden, new Set())
  return new Map([...goldenOf].map(([comment, golden]) => [golden, comment]))
}
