import type { FileDiff, Hunk } from '../../diff/file-diff.ts'
import { lineNumberOn } from '../../diff/line-number-on.ts'
import { sliceHunk } from '../../diff/slice-hunk.ts'
import type { Candidate } from '../finding.ts'

/** Lines on either side of a claim that are shown; what is beyond comes as context, where it tells something. */
const AROUND = 12

/**
 * What a second look needs of the hunks of a file, in their order: the lines around those that claims point at, also where
 * the unit of a claim ends; parts that touch are one. What stands further off does not change the question.
 */
export function hunksToShow(
  { hunks }: Pick<FileDiff, 'hunks'>,
  claims: readonly Candidate[],
): readonly Hunk[] {
  return hunks.flatMap((hunk) => around(hunk, claims))
}

function around(hunk: Hunk, claims: readonly Candidate[]): readonly Hunk[] {
  const isNear = hunk.lines.map(() => false)
  for (const [index, line] of hunk.lines.entries()) {
    const isCited = claims.some(({ anchor }) => {
      const number = anchor && lineNumberOn(line, anchor.side)
      return number !== undefined && anchor && number >= anchor.startLine && number <= anchor.endLine
    })
    if (isCited) isNear.fill(true, Math.max(0, index - AROUND), index + AROUND + 1)
  }
  const parts: Hunk[] = []
  for (let start = isNear.indexOf(true); start !== -1;) {
    const end = isNear.indexOf(false, start)
    parts.push(sliceHunk(hunk, start, end === -1 ? isNear.length : end))
    start = end === -1 ? -1 : isNear.indexOf(true, end)
  }
  return parts
}
