import type { Random } from '../chaos/random.ts'

/** Added lines of each changed file. */
export type ChangeSize = readonly number[]

/** Ten files, four hundred added lines. */
const fixed: ChangeSize = Array.from({ length: 10 }, () => 40)

/**
 * Medians and spreads (of the logarithm) of 269 states of pull requests in three open-source projects: 3 files, and 13
 * added lines in each. What is rarer than one in a thousand is cut off.
 */
const FILES = { median: 3, spread: 0.83, most: 40 }
const LINES = { median: 13, spread: 1.64, most: 600 }

export function changeSize(sizes: 'fixed' | 'spread', random: Random): ChangeSize {
  if (sizes === 'fixed') return fixed
  return Array.from({ length: draw(FILES, random) }, () => draw(LINES, random))
}

function draw({ median, spread, most }: typeof FILES, random: Random): number {
  const value = median * Math.exp(spread * normal(random))
  return Math.min(most, Math.max(1, Math.round(value)))
}

/** Close to a normal distribution with mean 0 and variance 1: the sum of twelve even ones, less its mean. */
function normal(random: Random): number {
  const steps = 1_000_000
  const sum = Array.from({ length: 12 }, () => random.between(0, steps) / steps).reduce((a, b) => a + b, 0)
  return sum - 6
}
