import { expect, test } from 'vitest'
import type { Anchor } from '../diff/file-diff.ts'
import { applyReplacement } from './apply-replacement.ts'

const lines = (startLine: number, endLine = startLine): Anchor => ({ side: 'RIGHT', startLine, endLine })

test.each([
  ['one line', 'a\nb\nc\n', lines(2), 'B', 'a\nB\nc\n'],
  ['several lines by one', 'a\nb\nc\n', lines(1, 2), 'B', 'B\nc\n'],
  ['one line by several', 'a\nb\n', lines(2), 'B\nC', 'a\nB\nC\n'],
  ['the last line of a file without a newline', 'a\nb', lines(2), 'B', 'a\nB'],
  ['the only line of a file without a newline', 'a', lines(1), 'A\nB', 'A\nB'],
  ['a line with a carriage return', 'a\r\nb\r\nc\r\n', lines(2), 'B\nC', 'a\r\nB\r\nC\r\nc\r\n'],
  ['the last line of such a file without an ending', 'a\r\nb', lines(2), 'B\nC', 'a\r\nB\r\nC'],
  ['a line of a file that mixes endings', 'a\r\nb\nc\n', lines(2), 'B', 'a\r\nB\nc\n'],
  ['a line with tabs', 'a\n\t\tb\n', lines(2), '\t\tB', 'a\n\t\tB\n'],
])('it replaces %s', (_what, before, anchor, replacement, after) => {
  expect(applyReplacement(before, anchor, replacement)?.text).toBe(after)
})

test('it tells which lines it replaced, without carriage returns', () => {
  expect(applyReplacement('a\r\nb\r\nc\r\n', lines(1, 2), 'x')?.replaced).toBe('a\nb')
})

test.each([lines(4), lines(0, 1), lines(3, 9)])('a file without the lines is left alone: %o', (anchor) => {
  expect(applyReplacement('a\nb', anchor, 'x')).toBeUndefined()
})
