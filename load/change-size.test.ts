import { expect, test } from 'vitest'
import { createRandom } from '../chaos/random.ts'
import { changeSize } from './change-size.ts'

test('a fixed change has ten files and four hundred added lines', () => {
  const size = changeSize('fixed', createRandom('any'))
  expect(size).toHaveLength(10)
  expect(size.reduce((a, b) => a + b)).toBe(400)
})

test('spread changes have the medians they were measured to have, and long tails', () => {
  const random = createRandom('sizes')
  const sizes = Array.from({ length: 800 }, () => changeSize('spread', random))
  const middle = (values: readonly number[]): number =>
    values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
  const lines = sizes.flat()
  expect(middle(sizes.map((files) => files.length))).toBe(3)
  expect(middle(lines)).toBeGreaterThanOrEqual(11)
  expect(middle(lines)).toBeLessThanOrEqual(15)
  expect(Math.max(...lines)).toBeGreaterThan(300)
  expect(Math.min(...lines)).toBe(1)
})
