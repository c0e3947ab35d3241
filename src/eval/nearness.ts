import type { Finding } from '../review/finding.ts'
import type { GoldenFinding, Place } from './eval-case.ts'

/** Lines by which a comment may miss, and still count as being there. */
export const NEARBY_LINES = 3

/** Where a comment stands, as seen from a golden finding. */
export type Nearness = 'here' | 'same-file' | 'elsewhere'

/** The best over all the places of the golden one. Only the new side of a file has places. */
export function nearness({ path, anchor }: Finding, golden: GoldenFinding): Nearness {
  const inFile = golden.places.filter((place) => place.path === path)
  if (inFile.length === 0) return 'elsewhere'
  const isHere =
    anchor?.side === 'RIGHT' && inFile.some((place) => lineDistance(anchor, place) <= NEARBY_LINES)
  return isHere ? 'here' : 'same-file'
}

/** How many lines lie between two ranges; 0 when they touch or overlap. */
function lineDistance(
  a: Pick<Place, 'startLine' | 'endLine'>,
  b: Pick<Place, 'startLine' | 'endLine'>,
): number {
  return Math.max(0, a.startLine - b.endLine, b.startLine - a.endLine)
}
