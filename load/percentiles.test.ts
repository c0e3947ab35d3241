import { expect, test } from 'vitest'
import { percentiles } from './percentiles.ts'

test('of a hundred values the 95th is what 95 do not exceed', () => {
  const shuffled = Array.from({ length: 100 }, (_, index) => ((index * 37) % 100) + 1)
  expect(percentiles(shuffled)).toEqual({ count: 100, p50: 50, p95: 95, p99: 99, max: 100 })
})

test('every percentile of one value is that value', () => {
  expect(percentiles([7])).toEqual({ count: 1, p50: 7, p95: 7, p99: 7, max: 7 })
})

test('of no values there is nothing to say', () => {
  expect(percentiles([])).toEqual({ count: 0, p50: 0, p95: 0, p99: 0, max: 0 })
})
