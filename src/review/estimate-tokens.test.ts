import { expect, test } from 'vitest'
import { estimateTokens } from './estimate-tokens.ts'

test('seven bytes are two tokens, and a part of a token counts whole', () => {
  expect([0, 1, 7, 8, 3_500_000].map((bytes) => estimateTokens('x'.repeat(bytes)))).toEqual([
    0, 1, 2, 3, 1_000_000,
  ])
})

test('characters count by their bytes', () => {
  expect(estimateTokens('日本語日本語日')).toBe(6)
})
