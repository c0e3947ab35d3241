import type { DiffLine, Hunk } from '../../diff/file-diff.ts'
import { lineNumberOn } from '../../diff/line-number-on.ts'
import { sliceHunk } from '../../diff/slice-hunk.ts'
import type { Candidate } from '../finding.ts'
import type { Unit } from '../units.ts'

/** Lines on either side of a claim that are shown whosever they are. */
const AROUND = 12

/**
 * What a second look needs of the hunks of a file, in their order: all that the finder saw, and the lines around those that
 * claims point at, also where the unit ends; parts that touch are one. What stands further off does not change the question.
 */
export function hunksToShow(
  unit: Pick<Unit, 'file' | 'hunks'>,
  claims: readonly Candidate[],
): readonly Hunk[] {
  const seen = new Set(unit.hunks.flatMap(({ lines }) => lines))
  return unit.file.hunks.flatMap((hunk) => shownOf(hunk, seen, claims))
}

function shownOf(hunk: Hunk, seen: ReadonlySet<DiffLine>, claims: readonly Candidate[]): readonly Hunk[] {
  const isShown = hunk.lines.map((line) => seen.has(line))
  for (const [index, line] of hunk.lines.entries()) {
    const isCited = claims.some(({ anchor }) => {
      const number = anchor && lineNumberOn(line, anchor.side)
      return number !== undefined && anchor && number >= anchor.startLine && number <= anchor.endLine
    })
    if (isCited) isShown.fill(true, Math.max(0, index - AROUND), index + AROUND + 1)
  }
  const parts: Hunk[] = []
  for (let start = isShown.indexOf(true); start !== -1;) {
    const end = isShown.indexOf(false, start)
    parts.push(sliceHunk(hunk, start, end === -1 ? isShown.length : end))
    start = end === -1 ? -1 : isShown.indexOf(true, end)
  }
  return parts
}
