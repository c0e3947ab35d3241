import fc from 'fast-check'
import { expect, test } from 'vitest'
import { boundedList, clamp, fenced, inlineCode } from './markdown.ts'

test('a block cannot be closed by its content', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('`', '\n', 'a', '~') }), (content) => {
      const lines = fenced('suggestion', content).split('\n')
      const [opening = ''] = /^`+/.exec(lines[0] ?? '') ?? []
      const closings = lines
        .slice(1)
        .filter((line) => /^ {0,3}`+\s*$/.test(line) && line.trim().length >= opening.length)
      expect(closings).toHaveLength(1)
    }),
  )
})

test('inline code holds any backticks', () => {
  expect(inlineCode('a``b')).toBe('```a``b```')
  expect(inlineCode('`x`')).toBe('`` `x` ``')
})

test('inline code is one line, and shows no hidden character', () => {
  expect(inlineCode('a\nb\u202Ec')).toBe('`a b c`')
})

test('what is too long is cut on a whole character, counted in bytes, and says so', () => {
  const cut = clamp('𝒳'.repeat(100), 121)
  expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(121)
  expect(cut).toMatch(/^𝒳{10,}\n\n\(cut: /u)
  expect(cut).not.toContain('\uFFFD')
  expect(clamp('é'.repeat(50), 100)).toBe('é'.repeat(50))
})

test('a list ends where there is no room, and says how many were left out', () => {
  const more = (count: number): string => `${count} more`
  expect(boundedList(['one', 'two', 'six'], { bytes: 18 }, more)).toBe('- one\n- two\n- six')
  expect(boundedList(['one', 'two', 'six'], { bytes: 17 }, more)).toBe('- one\n- two\n- 1 more')
  expect(boundedList(['one', 'two', 'six'], { bytes: 99, items: 1 }, more)).toBe('- one\n- 2 more')
  expect(boundedList(['öne', 'two'], { bytes: 6 }, more)).toBe('- 2 more')
})
