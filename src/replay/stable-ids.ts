import { fingerprint } from '../review/fingerprint.ts'
import type { ReviewResult } from '../review/review-change.ts'

/**
 * The same result with ids that say where a finding stands in it, whichever unit was answered first: what is replayed is
 * then the same to the letter.
 * The fingerprint of a finding without a place is made of its id, so it is made again.
 */
export function withStableIds(result: ReviewResult): ReviewResult {
  const ids = new Map(result.findings.map(({ id }, index) => [id, `finding-${index + 1}`]))
  const stable = (id: string): string => ids.get(id) ?? id
  return {
    ...result,
    findings: result.findings.map((finding) => {
      const renamed = { ...finding, id: stable(finding.id) }
      const { verdict } = finding
      return {
        ...renamed,
        ...(finding.anchor === undefined && { fingerprint: fingerprint(renamed, undefined) }),
        ...(verdict.kind === 'merged' && { verdict: { ...verdict, into: stable(verdict.into) } }),
      }
    }),
  }
}
