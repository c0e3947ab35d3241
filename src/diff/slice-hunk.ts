import type { DiffLine, Hunk, Side } from './file-diff.ts'
import { lineNumberOn } from './line-number-on.ts'

/**
 * The lines of a hunk from one index to another, the end not included, as a hunk of its own. Its heading tells what the
 * first line of the hunk stands in, so only a part that begins with that line keeps it.
 */
export function sliceHunk(hunk: Hunk, start: number, end: number): Hunk {
  const lines = hunk.lines.slice(start, end)
  const before = hunk.lines.slice(0, start)
  const oldLines = countOn(lines, 'LEFT')
  const newLines = countOn(lines, 'RIGHT')
  return {
    oldStart: startOf(hunk.oldStart, hunk.oldLines, countOn(before, 'LEFT'), oldLines),
    oldLines,
    newStart: startOf(hunk.newStart, hunk.newLines, countOn(before, 'RIGHT'), newLines),
    newLines,
    heading: start === 0 ? hunk.heading : '',
    lines,
  }
}

function countOn(lines: readonly DiffLine[], side: Side): number {
  return lines.filter((line) => lineNumberOn(line, side) !== undefined).length
}

/** As git has it: a hunk without lines on a side names the line before it there. */
function startOf(hunkStart: number, hunkLines: number, linesBefore: number, lines: number): number {
  const first = hunkLines === 0 ? hunkStart + 1 : hunkStart
  return first + linesBefore - (lines === 0 ? 1 : 0)
}
