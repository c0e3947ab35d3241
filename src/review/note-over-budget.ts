import { count } from './count.ts'
import type { Finding } from './finding.ts'
import type { ReviewedUnit } from './review-unit.ts'
import type { RunEvent } from './run-store.ts'

/** The step of the timeline that tells of it. An index of the store knows it by this name. */
export const OVER_A_CAP = 'over a cap'

export interface Shortage {
  /** For the receipt: whole sentences. */
  readonly notes: readonly string[]
  /** For the timeline. */
  readonly detail: RunEvent['detail']
}

/** What a review had to leave out because money was short; undefined when it had enough. */
export function noteOverBudget(
  findings: readonly Finding[],
  units: readonly Pick<ReviewedUnit, 'failure' | 'isOverBudget'>[],
): Shortage | undefined {
  const unread = units.filter(({ isOverBudget }) => isOverBudget)
  const unseen = findings.filter(({ verification }) => verification?.isOverBudget)
  const reasons = new Set([
    ...unread.map(({ failure }) => failure ?? ''),
    ...unseen.map(({ verification }) => verification?.reason ?? ''),
  ])
  if (reasons.size === 0) return undefined
  const why = [...reasons].sort().join(', ')
  const left = [
    ...(unread.length > 0 ? [`${count(unread.length, 'unit')} not read`] : []),
    ...(unseen.length > 0 ? [`${count(unseen.length, 'candidate')} without a second look`] : []),
  ]
  return {
    notes: [`Left out to stay below a cap (${why}): ${left.join(', ')}.`],
    detail: { 'units not read': unread.length, 'candidates without a second look': unseen.length, why },
  }
}
