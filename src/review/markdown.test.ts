import fc from 'fast-check'
import { expect, test } from 'vitest'
import { clamp, fenced, inlineCode, plain } from './markdown.ts'

test.each([
  ['an image', '![x](https://evil.example/p.png)'],
  ['a link', '[click](javascript:alert(1))'],
  ['an autolink', '<https://evil.example>'],
  ['raw HTML', '<img src=x onerror=alert(1)>'],
  ['a details block', '<details open><summary>x'],
  ['math', '$$\\rm{x}$$'],
])('%s in a finding stays text', (_attack, text) => {
  // What is left without the escaped characters holds nothing that begins markup, and no whole address.
  const bare = plain(text).replaceAll(/\\./g, '')
  expect(bare).not.toMatch(/[<>[\]()$`*_]|:\/\//)
})

test('names are not mentioned, and numbers are not linked', () => {
  const shown = plain('thanks @octo-org/everyone, fixes #123 and GH-7')
  expect(shown).not.toMatch(/@\w/)
  expect(shown).not.toMatch(/#\d/)
  expect(shown).not.toMatch(/GH-\d/)
})

test.each(['# heading', '- item', '> quote', '1. first', '---', '/lorgnette ignore'])(
  'a line that begins with markup (%s) stays a line of text',
  (text) => {
    expect(plain(text)).toMatch(/^(\\|\d+\\|\/)/)
  },
)

test('one line stays one line, and hidden characters are gone', () => {
  expect(plain('a\nb\u202Ec\u200Bd\u0007')).toBe('a b c d')
})

test('ordinary words are left alone', () => {
  expect(plain('An empty list raises ZeroDivisionError, so the report is lost.')).toBe(
    'An empty list raises ZeroDivisionError, so the report is lost.',
  )
})

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

test('what is too long is cut on a whole character, and says so', () => {
  const cut = clamp('𝒳'.repeat(100), 121)
  expect(cut.length).toBeLessThanOrEqual(121)
  expect(cut).toContain('cut')
  expect(() => encodeURIComponent(cut)).not.toThrow() // it throws on half a character
})
