import { expect, test } from 'vitest'
import { parseHunks } from './parse-patch.ts'
import { sliceHunk } from './slice-hunk.ts'

const [hunk] = parseHunks('@@ -10,4 +20,4 @@ def f():\n a\n-b\n+B\n+C\n c\n-d\n')
if (!hunk) throw new Error('the patch has a hunk')

test('a part of a hunk keeps its lines and their numbers', () => {
  expect(sliceHunk(hunk, 2, 5)).toEqual({
    oldStart: 12,
    oldLines: 1,
    newStart: 21,
    newLines: 3,
    heading: 'def f():',
    lines: hunk.lines.slice(2, 5),
  })
})

test('all of it is itself', () => {
  expect(sliceHunk(hunk, 0, hunk.lines.length)).toEqual(hunk)
})
