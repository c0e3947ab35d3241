import type { Hunk } from './file-diff.ts'
import { lineNumberOn } from './line-number-on.ts'

/** The lines of a hunk from one index to another, the end not included, as a hunk of its own. */
export function sliceHunk(hunk: Hunk, start: number, end: number): Hunk {
  const lines = hunk.lines.slice(start, end)
  const before = hunk.lines.slice(0, start)
  const count = (of: Hunk['lines'], side: 'LEFT' | 'RIGHT'): number =>
    of.filter((line) => lineNumberOn(line, side) !== undefined).length
  return {
    ...hunk,
    oldStart: hunk.oldStart + count(before, 'LEFT'),
    oldLines: count(lines, 'LEFT'),
    newStart: hunk.newStart + count(before, 'RIGHT'),
    newLines: count(lines, 'RIGHT'),
    lines,
  }
}
