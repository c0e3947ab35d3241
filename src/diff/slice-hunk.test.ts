import { expect, test } from 'vitest'
import { parseHunks } from './parse-patch.ts'
import { sliceHunk } from './slice-hunk.ts'

const [hunk] = parseHunks('@@ -10,4 +20,4 @@ def f():\n a\n-b\n+B\n+C\n c\n-d\n')
if (!hunk) throw new Error('the patch has a hunk')

test('a part of a hunk keeps its lines and their numbers, and the heading where it begins like the hunk', () => {
  expect(sliceHunk(hunk, 2, 5)).toEqual({
    oldStart: 12,
    oldLines: 1,
    newStart: 21,
    newLines: 3,
    heading: '',
    lines: hunk.lines.slice(2, 5),
  })
  expect(sliceHunk(hunk, 0, 2).heading).toBe('def f():')
})

test('a part without lines on a side names the line before it, as git does', () => {
  expect(sliceHunk(hunk, 2, 4)).toMatchObject({ oldStart: 11, oldLines: 0, newStart: 21, newLines: 2 })
  expect(sliceHunk(hunk, 5, 6)).toMatchObject({ oldStart: 13, oldLines: 1, newStart: 23, newLines: 0 })
})

test('a part of a hunk that only adds stands behind the same line of the old file', () => {
  const [added] = parseHunks('@@ -5,0 +6,3 @@\n+a\n+b\n+c\n')
  if (!added) throw new Error('the patch has a hunk')
  expect(sliceHunk(added, 1, 3)).toMatchObject({ oldStart: 5, oldLines: 0, newStart: 7, newLines: 2 })
})

test('all of it is itself', () => {
  expect(sliceHunk(hunk, 0, hunk.lines.length)).toEqual(hunk)
})
