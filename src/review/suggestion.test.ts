import { expect, test } from 'vitest'
import type { Anchor, FileDiff } from '../diff/file-diff.ts'
import { parseHunks } from '../diff/parse-patch.ts'
import { usableReplacement } from './suggestion.ts'

function fileOf(patch: string): FileDiff {
  const hunks = parseHunks(patch)
  return { path: 'a.py', oldPath: 'a.py', status: 'modified', binary: false, hunks }
}

const file = fileOf(
  '@@ -1,2 +1,3 @@\n def mean(rows):\n-    return sum(rows)\n+    total = sum(rows)\n+    return total / len(rows)\n',
)
const last: Anchor = { side: 'RIGHT', startLine: 3, endLine: 3 }
const usable = (replacement: string | undefined, anchor = last): string | undefined =>
  usableReplacement(replacement, anchor, file)

test('a replacement of the anchored lines is kept, without the end of its last line', () => {
  expect(usable('    return total / max(1, len(rows))\n')).toBe('    return total / max(1, len(rows))')
  expect(usable('    if rows:\r\n        return 1\r\n    return 0\r\n')).toBe(
    '    if rows:\n        return 1\n    return 0',
  )
  expect(usable('    return sum(rows)', { side: 'RIGHT', startLine: 2, endLine: 3 })).toBe(
    '    return sum(rows)',
  )
})

test.each([
  ['there is none', undefined],
  ['it changes nothing', '    return total / len(rows)'],
  ['it changes nothing but line ends', '    return total / len(rows)\r\n'],
  ['it is empty, which would delete the lines', ''],
  ['it is blank', ' \n\n'],
  ['a credential was hidden in it', '    key = "‹secret:aws-access-key›"'],
  ['it turns the direction of text', '    return total \u202E# x'],
  ['it holds what nobody sees', '    return to\u200Btal'],
  ['it holds tag characters', '    return total # \u{E0061}'],
  ['it holds a control character', '    return "\u001B[2K"'],
  ['it holds half a character', '    return "\uD83D"'],
  ['it holds a command for a bot', '    return 1\n/approve'],
])('it is not shown when %s', (_reason, replacement) => {
  expect(usable(replacement)).toBeUndefined()
})

test('nothing can be offered for lines that are gone', () => {
  expect(usable('    return 1', { side: 'LEFT', startLine: 2, endLine: 2 })).toBeUndefined()
})

test('a file with carriage returns is compared without them', () => {
  const crlf = fileOf('@@ -1 +1 @@\n-  one\r\n+  two\r\n')
  const anchor: Anchor = { side: 'RIGHT', startLine: 1, endLine: 1 }
  expect(usableReplacement('  two', anchor, crlf)).toBeUndefined()
  expect(usableReplacement('  three', anchor, crlf)).toBe('  three')
})

test.each(['    return total  // len(rows)', '    path = "/usr/lib"', '    return total / 2'])(
  'a slash is no command: %s',
  (replacement) => {
    expect(usable(replacement)).toBe(replacement)
  },
)
