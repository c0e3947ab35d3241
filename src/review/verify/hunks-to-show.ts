import { isCommentable } from '../../diff/commentable-lines.ts'
import type { Hunk } from '../../diff/file-diff.ts'
import type { Candidate } from '../finding.ts'
import { hunkTokens, type Unit } from '../units.ts'

/** Of hunks that no claim points at, so much is shown anyway: a guard often stands in one of them. */
const BESIDE_TOKENS = 800

/**
 * The hunks of a unit that a second look needs, in their order: those that claims point at, and of the others the ones
 * nearest to them, as far as the budget goes.
 */
export function hunksToShow(unit: Unit, claims: readonly Candidate[]): readonly Hunk[] {
  const shown = new Set(unit.hunks.filter((hunk) => claims.some((claim) => pointsAt(claim, unit, hunk))))
  const distance = (index: number): number =>
    Math.min(...unit.hunks.flatMap((hunk, other) => (shown.has(hunk) ? [Math.abs(other - index)] : [])))
  const others = unit.hunks
    .map((hunk, index) => ({ hunk, distance: distance(index) }))
    .filter(({ hunk }) => !shown.has(hunk))
    .toSorted((a, b) => a.distance - b.distance)
  const beside = new Set<Hunk>()
  let left = BESIDE_TOKENS
  for (const { hunk } of others) {
    left -= hunkTokens(hunk)
    if (left < 0) break
    beside.add(hunk)
  }
  return unit.hunks.filter((hunk) => shown.has(hunk) || beside.has(hunk))
}

function pointsAt({ anchor }: Candidate, { file }: Unit, hunk: Hunk): boolean {
  return anchor !== undefined && isCommentable({ ...file, hunks: [hunk] }, anchor)
}
