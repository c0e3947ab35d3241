import fc from 'fast-check'
import { expect, test } from 'vitest'
import { languageOf } from './language.ts'
import { LONGEST_LINE, maskCode } from './mask-code.ts'

const mask = (file: string, text: string): string[] =>
  maskCode(text.split('\n'), languageOf(file)).map(({ code }) => code)

test.each([
  ['a.py', "x = 'it''s' # no", "x = '  '' '     "],
  ['a.py', "run('a\\'b', c)", "run('    ', c)"],
  ['a.ts', 'f("//", x) // y', 'f("  ", x)     '],
  ['a.ts', 'a /* b */ c', 'a         c'],
  ['a.ts', 'if (/["\'{]/.test(x)) {', 'if (/     /.test(x)) {'],
  ['a.ts', 'const half = total / 2 / count', 'const half = total / 2 / count'],
  ['a.tsx', "<p>don't {stop}</p>", "<p>don't {stop}</p>"],
  ['a.rs', "fn f(x: &'static str) {", "fn f(x: &'static str) {"],
  ['a.rb', 'puts "#{x}" # y', 'puts "    "    '],
])('of %s, %j is %j', (file, line, masked) => {
  expect(mask(file, line)).toEqual([masked])
})

test('strings over several lines are text to their end', () => {
  expect(mask('a.py', 'def f():\n\t"""One\n  \'two\' # """\n\treturn 1')).toEqual([
    'def f():',
    '\t"""   ',
    '          """',
    '\treturn 1',
  ])
})

test('what stands in the braces of a template is code, with all its own braces', () => {
  expect(mask('a.ts', 'f(`a ${ g({ b: `c` }) } d\n} e`, h)')).toEqual([
    'f(`     g({ b: ` ` })    ',
    '   `, h)',
  ])
})

test('lines that continue a text are told', () => {
  const begins = maskCode(['/* a', 'b', '*/ c', 'd'], languageOf('a.go')).map(
    ({ beginsInText }) => beginsInText,
  )
  expect(begins).toEqual([false, true, true, false])
})

test('every line keeps its length, whatever it is, and those that are too long are empty', () => {
  const character = fc.constantFrom(...'ab"\'`/*#${}\\ \t(é'.split(''))
  const text = fc.array(fc.string({ unit: character, maxLength: 60 }), { maxLength: 8 })
  fc.assert(
    fc.property(text, fc.constantFrom('a.py', 'a.ts', 'a.go', 'a.sh'), (lines, file) => {
      const masked = mask(file, lines.join('\n'))
      expect(masked.map(({ length }) => length)).toEqual(
        (lines.length === 0 ? [''] : lines).map(({ length }) => length),
      )
    }),
  )
  expect(mask('a.js', 'x'.repeat(LONGEST_LINE + 1))).toEqual([''])
})
