import { expect, test } from 'vitest'
import { bootstrap, wilson } from './confidence.ts'

// R. G. Newcombe, "Two-sided confidence intervals for the single proportion", 1998, table I, method 3; and its mirror image.
test.each([
  [81, 263, 0.2553, 0.3662],
  [15, 148, 0.0624, 0.1605],
  [0, 20, 0, 0.1611],
  [1, 29, 0.0061, 0.1718],
  [20, 20, 0.8389, 1],
])('%d of %d lies between the bounds of Wilson', (successes, trials, low, high) => {
  const interval = wilson(successes, trials)
  expect(interval?.low).toBeCloseTo(low, 4)
  expect(interval?.high).toBeCloseTo(high, 4)
})

test('nothing tried, nothing known', () => {
  expect(wilson(0, 0)).toBeUndefined()
  expect(bootstrap([], () => undefined)).toBeUndefined()
})

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length

test('cases that are all the same leave no doubt', () => {
  expect(bootstrap([0.5, 0.5, 0.5], mean)).toEqual({ low: 0.5, high: 0.5 })
})

test('the bounds hold the figure, are the same every time, and come closer with more cases', () => {
  const few = [0, 1, 0, 1, 1]
  const many = Array.from({ length: 20 }, () => few).flat()
  const wide = bootstrap(few, mean)
  const narrow = bootstrap(many, mean)
  expect(bootstrap(few, mean)).toEqual(wide)
  for (const interval of [wide, narrow]) {
    expect(interval?.low).toBeLessThan(0.6)
    expect(interval?.high).toBeGreaterThan(0.6)
  }
  const width = (interval = { low: 0, high: 0 }) => interval.high - interval.low
  expect(width(narrow)).toBeLessThan(width(wide) / 2)
  // The mean of a hundred throws with p = 0.6 has a standard error of 0.049.
  expect(width(narrow)).toBeCloseTo(2 * 1.96 * 0.049, 1)
})
