import { expect, test } from 'vitest'
import { contextTokens, noContext, type UnitContext } from './unit-context.ts'

test('a context takes what its import lines and its snippets take', () => {
  const context: UnitContext = {
    imports: ["import a from 'a'", "import b from 'b'"], // 35 bytes with the line feed between them
    enclosing: [{ path: 'a.ts', text: '…', why: 'enclosing', symbol: 'run', estimatedTokens: 100 }],
    related: [{ path: 'b.ts', text: '…', why: 'definition', symbol: 'help', estimatedTokens: 1_000 }],
  }
  expect(contextTokens(context)).toBe(1_110)
  expect(contextTokens(noContext)).toBe(0)
})
