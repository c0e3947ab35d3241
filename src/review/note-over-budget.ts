import type { Compared } from './compare/compare-claims.ts'
import { count } from './count.ts'
import type { Finding } from './finding.ts'
import type { ReviewedUnit } from './review-unit.ts'
import type { RunEvent } from './run-store.ts'
import type { ReviewedWhole } from './whole-change/review-whole-change.ts'

/** The step of the timeline that tells of it. An index of the store knows it by this name. */
export const OVER_A_CAP = 'over a cap'

export interface Shortage {
  /** For the receipt: whole sentences. Of the change as a whole it has its own. */
  readonly notes: readonly string[]
  /** For the timeline. */
  readonly detail: RunEvent['detail']
}

/** What a review had to leave out because money was short; undefined when it had enough. */
export function noteOverBudget(
  findings: readonly Finding[],
  units: readonly Pick<ReviewedUnit, 'failure' | 'isOverBudget'>[],
  whole: Pick<ReviewedWhole, 'receipt' | 'isOverBudget'> | undefined,
  compared: Pick<Compared, 'claims' | 'problem' | 'isOverBudget'>,
): Shortage | undefined {
  const unread = units.filter(({ isOverBudget }) => isOverBudget)
  const unseen = findings.filter(({ verification }) => verification?.isOverBudget)
  const inParts = new Set([
    ...unread.map(({ failure }) => failure ?? ''),
    ...unseen.map(({ verification }) => verification?.reason ?? ''),
    ...(compared.isOverBudget ? [compared.problem ?? ''] : []),
  ])
  const reasons = new Set([...inParts, ...(whole?.isOverBudget ? [whole.receipt.reason ?? ''] : [])])
  if (reasons.size === 0) return undefined
  const left = [
    ...(unread.length > 0 ? [`${count(unread.length, 'unit')} not read`] : []),
    ...(unseen.length > 0 ? [`${count(unseen.length, 'candidate')} without a second look`] : []),
    ...(compared.isOverBudget ? [`${count(compared.claims, 'claim')} not compared`] : []),
  ]
  return {
    notes: left.length > 0 ? [`Left out to stay below a cap (${listed(inParts)}): ${left.join(', ')}.`] : [],
    detail: {
      'changes not read to the end as a whole': whole?.isOverBudget ? 1 : 0,
      'units not read': unread.length,
      'candidates without a second look': unseen.length,
      'claims not compared': compared.isOverBudget ? compared.claims : 0,
      why: listed(reasons),
    },
  }
}

function listed(reasons: ReadonlySet<string>): string {
  return [...reasons].sort().join(', ')
}
