import type { DiffLine, Hunk, Side } from './file-diff.ts'
import { lineNumberOn } from './line-number-on.ts'

/**
 * The lines of a hunk from one index to another, the end not included, as a hunk of its own. Its heading tells what the
 * first line of the hunk stands in, so only a part that begins with that line keeps it.
 */
export function sliceHunk(hunk: Hunk, start: number, end: number): Hunk {
  const lines = hunk.lines.slice(start, end)
  const oldLines = countOn(lines, 'LEFT')
  const newLines = countOn(lines, 'RIGHT')
  return {
    oldStart: startOf(hunk, 'LEFT', start, oldLines),
    oldLines,
    newStart: startOf(hunk, 'RIGHT', start, newLines),
    newLines,
    heading: start === 0 ? hunk.heading : '',
    lines,
  }
}

function countOn(lines: readonly DiffLine[], side: Side): number {
  return lines.filter((line) => lineNumberOn(line, side) !== undefined).length
}

/**
 * As git has it: a hunk without lines on a side names the line before it there. Read from the numbers of the lines nearby:
 * a hunk that is cut into a thousand parts would be counted through a thousand times.
 */
function startOf(
  { lines, oldStart, oldLines, newStart, newLines }: Hunk,
  side: Side,
  start: number,
  count: number,
): number {
  const [hunkStart, hunkLines] = side === 'LEFT' ? [oldStart, oldLines] : [newStart, newLines]
  if (hunkLines === 0) return hunkStart
  const step = count > 0 ? 1 : -1
  for (let index = count > 0 ? start : start - 1; ; index += step) {
    const line = lines[index]
    if (!line) return hunkStart - 1
    const number = lineNumberOn(line, side)
    if (number !== undefined) return number
  }
}
