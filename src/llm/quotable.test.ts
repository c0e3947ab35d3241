import fc from 'fast-check'
import { expect, test } from 'vitest'
import { quotable } from './quotable.ts'

const sent = 'You review changes.\nconst password = load()\n\treturn password.trim()'

test.each([
  ['short words', 'The model does not exist.', 'The model does not exist.'],
  ['words on several lines', 'max_tokens:\r\n\t9 > 8\u0000', 'max_tokens: 9 > 8'],
  ['long words', 'no '.repeat(1_000), 'no '.repeat(100)],
  ['chance likeness', 'changes are refused', 'changes are refused'],
  ['a secret', 'invalid key sk-123456', ''],
  ['a line of what was sent', 'cannot parse "const password = load()"', ''],
  ['several lines of it', `cannot parse ${sent}`, ''],
])('of %s is shown what may be', (_what, words, shown) => {
  expect(quotable(words, 'sk-123456', sent)).toBe(shown)
})

test('without a secret, words are shown as they are', () => {
  expect(quotable('no such model', '', sent)).toBe('no such model')
})

test('whatever was sent, nothing of some length of it is shown', () => {
  const piece = fc.stringMatching(/^[a-z]{40,80}$/)
  fc.assert(
    fc.property(piece, fc.string({ maxLength: 100 }), (piece, before) => {
      expect(quotable(`${before}${piece}`, '', `first ${piece} last`)).not.toContain(piece.slice(-30))
    }),
  )
})
