import { expect, test } from 'vitest'
import { changedLines } from './changed-lines.ts'
import { commentableLines, isCommentable } from './commentable-lines.ts'
import type { FileDiff, Side } from './file-diff.ts'
import { parseHunks } from './parse-patch.ts'

const file = (patch: string): FileDiff => ({
  path: 'x.ts',
  oldPath: 'x.ts',
  status: 'modified',
  binary: false,
  hunks: parseHunks(patch),
})

/** Old lines 10 to 12 became new lines 10 to 13; old line 40 is gone. */
const change = file('@@ -10,3 +10,4 @@\n a\n-b\n+B\n+BB\n c\n@@ -39,3 +40,2 @@\n x\n-y\n z')

const accepts = (side: Side, startLine: number, endLine = startLine): boolean =>
  isCommentable(change, { side, startLine, endLine })

test('added and context lines take comments on the right, removed and context lines on the left', () => {
  expect(commentableLines(change)).toEqual({
    RIGHT: new Set([10, 11, 12, 13, 40, 41]),
    LEFT: new Set([10, 11, 12, 39, 40, 41]),
  })
})

test('a single line takes a comment exactly when it is a line of a hunk', () => {
  const lines = commentableLines(change)
  for (const side of ['LEFT', 'RIGHT'] as const) {
    for (let line = -1; line <= 50; line++) expect(accepts(side, line)).toBe(lines[side].has(line))
  }
})

test('a range takes a comment within one hunk, its first line first', () => {
  expect(accepts('RIGHT', 10, 13)).toBe(true)
  expect(accepts('LEFT', 39, 41)).toBe(true)
  expect(accepts('RIGHT', 13, 10)).toBe(false)
  expect(accepts('RIGHT', 13, 40)).toBe(false)
  expect(accepts('RIGHT', 9, 10)).toBe(false)
  expect(accepts('RIGHT', 13, 14)).toBe(false)
  expect(accepts('RIGHT', 10.5, 11)).toBe(false)
})

test('ranges of adjacent hunks do not join', () => {
  const adjacent = file('@@ -1,1 +1,1 @@\n-a\n+A\n@@ -2,1 +2,1 @@\n-b\n+B')
  expect(isCommentable(adjacent, { side: 'RIGHT', startLine: 1, endLine: 2 })).toBe(false)
})

test('a new file has no left lines, a deleted one no right lines', () => {
  expect(commentableLines(file('@@ -0,0 +1,2 @@\n+a\n+b'))).toEqual({
    LEFT: new Set(),
    RIGHT: new Set([1, 2]),
  })
  expect(commentableLines(file('@@ -1,2 +0,0 @@\n-a\n-b'))).toEqual({
    LEFT: new Set([1, 2]),
    RIGHT: new Set(),
  })
})

test('a file without hunks takes no comment on a line', () => {
  expect(commentableLines(file(''))).toEqual({ LEFT: new Set(), RIGHT: new Set() })
  expect(isCommentable(file(''), { side: 'RIGHT', startLine: 1, endLine: 1 })).toBe(false)
})

test('changed lines are the added ones alone', () => {
  expect(changedLines(change)).toEqual(new Set([11, 12]))
  expect(changedLines(file('@@ -1,2 +1 @@\n a\n-b'))).toEqual(new Set())
})
