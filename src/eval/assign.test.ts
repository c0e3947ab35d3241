import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { assign, type Pair } from './assign.ts'

const pair = (golden: number, comment: number, cost = 0): Pair => ({ golden, comment, cost })
const assigned = (...pairs: Pair[]) => Object.fromEntries(assign(pairs))

describe('golden findings and comments', () => {
  test('that name each other belong together', () => {
    expect(assigned(pair(0, 1), pair(1, 0))).toEqual({ 0: 1, 1: 0 })
  })

  test('are taken once: what is said twice is found once', () => {
    expect(assigned(pair(0, 0), pair(0, 1))).toEqual({ 0: 0 })
    expect(assigned(pair(0, 0), pair(1, 0))).toEqual({ 0: 0 })
  })

  test('make way for others where they have another choice', () => {
    expect(assigned(pair(0, 0), pair(0, 1), pair(1, 0))).toEqual({ 0: 1, 1: 0 })
  })

  test('that stand near each other belong together rather than those that do not', () => {
    expect(assigned(pair(0, 0, 2), pair(0, 1, 0))).toEqual({ 0: 1 })
  })
})

test('as many are found as can be found, whatever the order', () => {
  const pairs = fc.array(fc.record({ golden: fc.nat(4), comment: fc.nat(4), cost: fc.nat(2) }), {
    maxLength: 12,
  })
  fc.assert(
    fc.property(pairs, (given) => {
      const found = assign(given)
      expect(found.size).toBe(mostPossible(given))
      expect(new Set(found.values()).size).toBe(found.size)
      for (const [golden, comment] of found) {
        expect(given.some((one) => one.golden === golden && one.comment === comment)).toBe(true)
      }
    }),
  )
})

/** By trying everything. */
function mostPossible(pairs: readonly Pair[]): number {
  const [first, ...rest] = pairs
  if (!first) return 0
  const without = rest.filter(({ golden, comment }) => golden !== first.golden && comment !== first.comment)
  return Math.max(1 + mostPossible(without), mostPossible(rest))
}
