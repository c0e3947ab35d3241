/** Bounds of a figure: 95 times of 100 the true one lies between them, if the cases are a fair sample. */
export interface Interval {
  readonly low: number
  readonly high: number
}

const Z = 1.959964

/**
 * Wilson's score interval for `successes` of `trials`: holds for few trials, and at 0 and all.
 * Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", 1927.
 */
export function wilson(successes: number, trials: number): Interval | undefined {
  if (trials === 0) return undefined
  const rate = successes / trials
  const spread = Z * Z
  const middle = (rate + spread / (2 * trials)) / (1 + spread / trials)
  const half =
    (Z / (1 + spread / trials)) * Math.sqrt((rate * (1 - rate)) / trials + spread / (4 * trials * trials))
  return { low: Math.max(0, middle - half), high: Math.min(1, middle + half) }
}

const RESAMPLES = 2_000

/**
 * The percentile bootstrap: the figure is worked out again for many samples of as many cases, drawn with replacement.
 * Cases are drawn, not findings, because the findings of one change rise and fall together. The same every time.
 * Undefined when the figure is for all samples.
 */
export function bootstrap<Case>(
  cases: readonly Case[],
  figure: (sample: readonly Case[]) => number | undefined,
): Interval | undefined {
  const random = seededRandom(20_260_101)
  const figures: number[] = []
  for (let round = 0; round < RESAMPLES; round++) {
    const sample = cases.flatMap(() => cases[Math.floor(random() * cases.length)] ?? [])
    const value = figure(sample)
    if (value !== undefined) figures.push(value)
  }
  const sorted = figures.sort((a, b) => a - b)
  const low = sorted[Math.floor(0.025 * sorted.length)]
  const high = sorted[Math.ceil(0.975 * sorted.length) - 1]
  return low === undefined || high === undefined ? undefined : { low, high }
}

/** Numbers in [0, 1) from a 32-bit state (mulberry32): enough for drawing cases. */
function seededRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
