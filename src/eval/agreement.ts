/** How far two judges agree on the same decisions. */
export interface Agreement {
  readonly decisions: number
  /** The share of decisions that are the same. */
  readonly accuracy: number | null
  /**
   * Cohen's kappa: how much better they agree than two who say yes as often as they do, and know nothing. 1 is always,
   * 0 is by chance. Null when both always say the same thing.
   */
  readonly kappa: number | null
  /** Decisions that only the first one says yes to, and only the second one. */
  readonly onlyFirst: number
  readonly onlySecond: number
}

/** Source: J. Cohen, "A coefficient of agreement for nominal scales", 1960. */
export function agreement(pairs: readonly (readonly [first: boolean, second: boolean])[]): Agreement {
  const decisions = pairs.length
  const count = (first: boolean, second: boolean): number =>
    pairs.filter((pair) => pair[0] === first && pair[1] === second).length
  const [both, onlyFirst, onlySecond, neither] = [
    count(true, true),
    count(true, false),
    count(false, true),
    count(false, false),
  ]
  if (decisions === 0) return { decisions, accuracy: null, kappa: null, onlyFirst, onlySecond }
  const accuracy = (both + neither) / decisions
  const [yesFirst, yesSecond] = [(both + onlyFirst) / decisions, (both + onlySecond) / decisions]
  const byChance = yesFirst * yesSecond + (1 - yesFirst) * (1 - yesSecond)
  const kappa = byChance === 1 ? null : (accuracy - byChance) / (1 - byChance)
  return { decisions, accuracy, kappa, onlyFirst, onlySecond }
}
