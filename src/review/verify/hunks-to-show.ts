import type { Hunk } from '../../diff/file-diff.ts'
import { lineNumberOn } from '../../diff/line-number-on.ts'
import { sliceHunk } from '../../diff/slice-hunk.ts'
import type { Candidate } from '../finding.ts'
import { hunkTokens } from '../divide-hunks.ts'
import type { Unit } from '../units.ts'

/** Lines on either side of a claim that are shown; what is beyond comes as context, where it tells something. */
const AROUND = 10

/** Of hunks that no claim points at, so much is shown anyway: a guard often stands in one of them. */
const BESIDE = { share: 0.2, atMost: 600 } as const

/**
 * What a second look needs of the hunks of a unit's file, in their order: the lines around those that claims point at, also
 * where the unit ends, and of the other hunks the ones nearest to them, as far as the budget goes.
 */
export function hunksToShow(unit: Unit, claims: readonly Candidate[]): readonly Hunk[] {
  const { hunks } = unit.file
  const shown = hunks.map((hunk) => around(hunk, claims))
  const distance = (index: number): number =>
    Math.min(...shown.flatMap((parts, other) => (parts.length > 0 ? [Math.abs(other - index)] : [])))
  const others = hunks
    .map((hunk, index) => ({ hunk, index }))
    .filter(({ index }) => shown[index]?.length === 0)
    .toSorted((a, b) => distance(a.index) - distance(b.index))
  let left = Math.min(BESIDE.atMost, unit.estimatedTokens * BESIDE.share)
  for (const { hunk, index } of others) {
    left -= hunkTokens(hunk)
    if (left < 0) break
    shown[index] = [hunk]
  }
  return shown.flat()
}

/** The parts of a hunk around the lines that claims point at; parts that touch are one. */
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
