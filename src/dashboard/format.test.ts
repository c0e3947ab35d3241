import { expect, test } from 'vitest'
import { agoTag, count, duration, timeTag } from './format.ts'

const now = new Date('2026-03-10T12:00:00Z')

test.each([
  [-5_000, 'just now'],
  [59_999, 'just now'],
  [60_000, '1 min ago'],
  [3_599_999, '59 min ago'],
  [3_600_000, '1 h ago'],
  [86_399_999, '23 h ago'],
  [86_400_000, '1 day ago'],
  [3 * 86_400_000, '3 days ago'],
  [7 * 86_400_000, '3 Mar 2026'],
])('%i ms before now is "%s"', (ms, words) => {
  expect(String(agoTag(new Date(now.getTime() - ms), now))).toContain(`>${words}</time>`)
})

test('a time is for machines and for people', () => {
  expect(String(timeTag(now))).toBe(
    '<time datetime="2026-03-10T12:00:00.000Z">10 Mar 2026, 12:00:00 UTC</time>',
  )
})

test.each([
  [-1, '0 ms'],
  [999, '999 ms'],
  [1_000, '1.0 s'],
  [9_949, '9.9 s'],
  [9_950, '10 s'],
  [59_400, '59 s'],
  [59_500, '1 min 0 s'],
  [200_000, '3 min 20 s'],
  [7_500_000, '2 h 5 min'],
])('%i ms last "%s"', (ms, words) => {
  expect(duration(ms)).toBe(words)
})

test('one is one, and all others are many', () => {
  expect([0, 1, 2, 1_234].map((value) => count(value, 'file', 'files'))).toEqual([
    '0 files',
    '1 file',
    '2 files',
    '1,234 files',
  ])
})
