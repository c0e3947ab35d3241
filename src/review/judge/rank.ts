import { compareText } from '../../base/compare-text.ts'
import type { Severity } from '../finding.ts'
import type { Examined } from './policy.ts'

/** How much worse one consequence is than another: a high one that is half certain weighs as much as a certain medium one. */
const WEIGHT: Readonly<Record<Severity, number>> = { critical: 8, high: 4, medium: 2, low: 1 }

/**
 * The one that deserves to be read first comes first: by the harm to be expected, that is consequence times certainty, and
 * times what it is worth to the author where claims were compared, `untoldWorth` for a claim of a model that was not;
 * a verdict of a second look before a finder's word; then by place, so that equal input has one order.
 */
export function compareByHarm(a: Examined, b: Examined, untoldWorth = 1): number {
  return (
    expectedHarm(b, untoldWorth) - expectedHarm(a, untoldWorth) ||
    evidence(b) - evidence(a) ||
    compareText(a.candidate.path, b.candidate.path) ||
    (a.candidate.anchor?.startLine ?? 0) - (b.candidate.anchor?.startLine ?? 0) ||
    compareText(a.candidate.title, b.candidate.title) ||
    compareText(a.candidate.id, b.candidate.id)
  )
}

function expectedHarm({ candidate, look, comparison }: Examined, untoldWorth: number): number {
  const worth = comparison?.worth ?? (candidate.source.kind === 'model' ? untoldWorth : 1)
  const certainty = look?.verification.certainty ?? candidate.confidence
  return WEIGHT[look?.severity ?? candidate.severity] * certainty * worth
}

/** A rule of an analyser is proof, a confirmation nearly so, a finder's word is none. */
function evidence({ candidate, look }: Examined): number {
  if (candidate.source.kind === 'analyser') return 2
  return look?.verification.verdict === 'confirmed' ? 1 : 0
}
