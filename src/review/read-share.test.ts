import { expect, test } from 'vitest'
import { readShare } from './read-share.ts'

test.each([
  [0.9, 0.9],
  [0, 0],
  [1, 1],
  ['0.9', 0.9],
  ['.5', 0.5],
  [' 90 % ', 0.9],
  ['100%', 1],
  [90, 0.9],
  ['1%', 0.01],
])('%j is the share %d', (said, share) => {
  expect(readShare(said)).toBe(share)
})

test.each([undefined, null, '', 'high', '-0.5', -1, 101, '1e3', Number.NaN, Infinity, {}, [0.5], true])(
  '%j is none',
  (said) => {
    expect(readShare(said)).toBeUndefined()
  },
)
