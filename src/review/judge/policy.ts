import type { Candidate, Severity, Verdict } from '../finding.ts'
import { severities } from '../finding.ts'
import type { ReviewSettings } from '../review-settings.ts'
import type { SecondLook } from '../verify/second-look.ts'

export type Dropped = Extract<Verdict, { readonly kind: 'dropped' }>

/** A candidate on its way to its verdict. */
export interface Examined {
  readonly candidate: Candidate
  readonly fingerprint: string
  /** Why it is not said whatever a second look would show. Then there is none. */
  readonly refusal?: Dropped
  /** Absent for analysers, whose rules are the evidence, and in quick reviews. */
  readonly look?: SecondLook
  /** Absent where there was nothing to compare it with. */
  readonly comparison?: Comparison
}

/** What came of it when all claims of a review were seen side by side. */
export interface Comparison {
  /** 0 to 1: that the author would change something because of it. */
  readonly worth: number
  /** The id of another candidate that has the same cause. */
  readonly sameAs?: string
}

/** Worth saying: anywhere, or in the summary alone. */
export type Decision = { readonly kind: 'say'; readonly place: 'anywhere' | 'summary' } | Dropped

/** What a second look could not settle is said only when so much is at stake, and it is at least so likely. */
const LEAST_CERTAINTY = 0.6

/** Seen beside all others, what is worth less is nothing that its author would act on. */
export const LEAST_WORTH = 0.5

/**
 * Whether a candidate is worth saying. The only place where that is decided; the table of it is in `policy.test.ts`.
 *
 * - What a second look confirmed, when it is severe and certain enough.
 * - What it could not settle, when much is at stake.
 * - What nobody could look at again (the answer could not be read) as in a quick review, but never inline.
 * - In quick reviews, and from analysers, what is severe and certain enough by the finder's own word.
 * - Of what was compared, what is worth it. What is critical or high is never dropped for its worth, only folded.
 * - What a model found and is low, only if a comparison stood by it.
 */
export function decide(
  { candidate, refusal, look, comparison }: Examined,
  settings: Pick<ReviewSettings, 'minConfidence' | 'minSeverity'>,
): Decision {
  if (refusal) return refusal
  if (!look) return atLeast(candidate.severity, candidate.confidence, 'confidence', 'anywhere')
  const { verification, severity, origin } = look
  const { verdict, reason, certainty } = verification
  if (certainty === undefined) return atLeast(severity, candidate.confidence, 'confidence', 'summary')
  if (verdict === 'refuted') return { kind: 'dropped', reason: 'refuted', detail: reason }
  if (origin === 'existing') return { kind: 'dropped', reason: 'not-introduced', detail: reason }
  if (verdict === 'unsure' && !isAtStake(severity, certainty)) {
    return { kind: 'dropped', reason: 'unproven', detail: reason }
  }
  return atLeast(severity, certainty, 'certainty', 'anywhere')

  function atLeast(
    severity: Severity,
    share: number,
    name: 'confidence' | 'certainty',
    place: 'anywhere' | 'summary',
  ): Decision {
    const { minConfidence, minSeverity } = settings
    if (severities.indexOf(severity) > severities.indexOf(minSeverity))
      return below(`${severity} is below ${minSeverity}`)
    if (share < minConfidence) return below(`${name} ${share} is below ${minConfidence}`)
    if (comparison && comparison.worth < LEAST_WORTH) {
      return isMuch(severity)
        ? { kind: 'say', place: 'summary' }
        : below(`worth ${comparison.worth} is below ${LEAST_WORTH}`)
    }
    if (severity === 'low' && !comparison && candidate.source.kind === 'model')
      return below('low, and compared with nothing')
    return { kind: 'say', place }
  }
}

function below(detail: string): Dropped {
  return { kind: 'dropped', reason: 'below-threshold', detail }
}

function isAtStake(severity: Severity, certainty: number): boolean {
  return isMuch(severity) && certainty >= LEAST_CERTAINTY
}

function isMuch(severity: Severity): boolean {
  return severity === 'critical' || severity === 'high'
}
