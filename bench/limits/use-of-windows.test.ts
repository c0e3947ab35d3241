import { expect, test } from 'vitest'
import { mostInWindow, usedShare } from './use-of-windows.ts'

test('a window holds its beginning, and not its end', () => {
  expect(mostInWindow([], 10)).toBe(0)
  expect(mostInWindow([0, 10, 20], 10)).toBe(1)
  expect(mostInWindow([0, 9, 10, 18, 19], 10)).toBe(3)
  expect(mostInWindow([5, 5, 5, 5], 10)).toBe(4)
})

test('what is used is counted over whole turns, however the calls come', () => {
  const limit = { max: 2, windowMs: 10, windows: 2 }
  expect(usedShare([0, 0, 10, 10, 20], limit)).toBe(1)
  expect(usedShare([0, 5, 10, 15, 20], limit)).toBe(1)
  expect(usedShare([0, 0, 12.5, 12.5, 25, 25], limit)).toBe(0.8)
  expect(usedShare([0, 0, 10, 10], limit)).toBe(0)
})
