import type { ReviewResult } from '../review/review-change.ts'
import type { Meters } from './metered-model.ts'

/**
 * How many findings went missing between the answers of the model and the result: entries of answers that came out as
 * no finding, findings merged into one that is not there, and what the receipt counts otherwise. 0 is the promise.
 */
export function unaccounted({ findings, receipt }: ReviewResult, meters: Meters): number {
  const byModel = findings.filter(({ source }) => source.kind === 'model').length
  const entries = (meters.find?.entries ?? 0) + (meters['whole-change']?.entries ?? 0)
  const lost = Math.abs(entries - byModel)
  const ids = new Set(findings.map(({ id }) => id))
  const astray = findings.filter(
    ({ id, verdict }) => verdict.kind === 'merged' && (verdict.into === id || !ids.has(verdict.into)),
  ).length
  const { posted, merged, dropped } = receipt.findings
  return lost + astray + Math.abs(posted + merged + dropped - findings.length)
}
