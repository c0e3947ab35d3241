import fc from 'fast-check'
import { expect, test } from 'vitest'
import { oneLine, plain, plainParagraphs } from './plain-text.ts'

/** What stands outside of inline code, as CommonMark tells it: a run of backticks ends at the next run as long. */
function outsideOfCode(markdown: string): string {
  return markdown.replaceAll(/(?<!`)(`+)(?!`)[^]*?(?<!`)\1(?!`)/g, ' ')
}

test.each([
  ['ordinary words', 'An empty list raises ZeroDivisionError, so the report is lost.'],
  ['a call', 'Calling divide(a, b) with 0 fails at line 3.'],
  ['operators', 'fails when x < 5 && y >= 3, or a | b -> c'],
  ['a dotted name', 'os.path.join loses the root (see README.md), e.g. on Windows'],
  ['a ratio and a language', 'C# and F# round at 50% - not at 49%!'],
  ['inline code of the writer', 'The list `rows` is empty: `total / len(rows)` fails.'],
])('%s come through as they are', (_what, text) => {
  expect(plain(text)).toBe(text)
})

test.each([
  ['Calling foo_bar(x) fails.', 'Calling `foo_bar(x)` fails.'],
  ['pay(user_id, 5), then a[0] <= __init__', '`pay(user_id, 5)`, then `a[0]` <= `__init__`'],
  ['"a_b" (from c_d) costs $5.', '"`a_b`" (from `c_d`) costs `$5`.'],
  ['(foo_bar is None)', '(`foo_bar` is None)'],
  ["user['first name'] is None", "`user['first name']` is None"],
  ['C:\\temp and /etc/passwd', '`C:\\temp` and `/etc/passwd`'],
  ['see https://example.com/a_b.', 'see `https://example.com/a_b`.'],
  ['about ~5 ms', 'about \\~5 ms'],
])('what looks like code is shown as code: %s', (text, shown) => {
  expect(plain(text)).toBe(shown)
})

test.each([
  ['an image', '![x](https://evil.example/p.png)'],
  ['a link over words', '[click here](javascript:alert(1))'],
  ['an autolink', '<https://evil.example>'],
  ['a bare address', 'www.evil.example or https://evil.example'],
  ['an e-mail address', 'write to someone@evil.example'],
  ['raw HTML', '<img src=x onerror=alert(1)></details><!-- x -->'],
  ['an entity', '&lt;b&gt; &#64;admin'],
  ['math', '$$\\rm{x}$$ $`x`$'],
  ['emphasis', '**bold** __bold__ *x* _y_'],
  ['a footnote', '[^1]: x'],
  ['an emoji', ':tada:'],
  ['a mention', 'thanks @octo-org/everyone'],
  ['references', 'fixes #123, owner/repo#4 and GH-7'],
  ['a commit', 'since a5c3785ed8d6a35868bc169f07e40e889087fd2e'],
  ['stray backticks', 'a `` b ` c'],
])('%s does nothing', (_attack, text) => {
  expect(outsideOfCode(plain(text))).not.toMatch(
    /[`*_[\]\\$]|<[a-z!/]|&#?\w+;|@\S|#\d|GH-\d|:\/\/|www\.|:\w+:|[0-9a-f]{40}/i,
  )
})

test.each(['# heading', '- item', '+ item', '> quote', '1. first', '2) second', '---', '* item', '*** x'])(
  'a line that begins with markup (%s) stays a line of text',
  (text) => {
    expect(plain(text)).toMatch(/^(?:\\|\d+\\|`)/)
  },
)

test.each(['/lorgnette ignore', '(/approve', '@dependabot merge'])(
  'no line begins with a command: %s',
  (text) => {
    expect(plain(text)).toMatch(/^\(?`/)
  },
)

test('a strike needs two signs, and gets none', () => {
  expect(plain('~~gone~~ ~x~')).toBe('\\~\\~gone\\~\\~ \\~x\\~')
})

test('one line stays one line, and hidden characters are gone', () => {
  expect(plain('a\nb\u202Ec\u200Bd\u2028e\u{E0041}f\u0007')).toBe('a b c d e f')
})

test('paragraphs stay paragraphs, lines within them do not stay lines', () => {
  expect(plainParagraphs('one\ntwo\r\n\r\n- three\n\n \n\u200B\n\nfour')).toBe('one two\n\n\\- three\n\nfour')
})

test('nothing that was written is lost, whatever it is', () => {
  const bit = fc.oneof(
    fc.constantFrom('`', '**', '_', ' ', 'a_b', 'f(', ')', '[', '](', '#1', '@me', '~', '- '),
    fc.string(),
  )
  const letters = (text: string): string => text.replaceAll(/[\s`\\\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, '')
  fc.assert(
    fc.property(fc.array(bit, { maxLength: 12 }), (bits) => {
      expect(letters(plain(bits.join('')))).toBe(letters(bits.join('')))
    }),
  )
})

test('a long and hostile text takes no time', () => {
  for (const sign of ['`', '[', '(', '_ ', '@', '`` ', '<a ', 'a_(', ':a']) {
    const started = performance.now()
    plain(sign.repeat(50_000))
    expect(performance.now() - started).toBeLessThan(2_000)
  }
})

test('bare text is one line without hidden characters, cut on a whole character', () => {
  expect(oneLine(' a\n  b\u202E_c ', 100)).toBe('a b _c')
  expect(oneLine('𝒳𝒳𝒳𝒳', 3)).toBe('𝒳𝒳…')
  expect(oneLine('𝒳𝒳𝒳', 3)).toBe('𝒳𝒳𝒳')
})
