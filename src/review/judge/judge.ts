import { isDeepStrictEqual } from 'node:util'
import type { Candidate, Finding, Verdict } from '../finding.ts'
import type { ReviewSettings } from '../review-settings.ts'
import { decide, type Examined } from './policy.ts'
import { compareByHarm } from './rank.ts'
import { isSameProblem } from './same-problem.ts'

/** From this many inline comments on, only what is critical or high is added inline: a long list is read by nobody. */
const CALM_COMMENTS = 4

type JudgeSettings = Pick<ReviewSettings, 'minConfidence' | 'minSeverity' | 'maxInlineComments'>

/**
 * Gives every candidate its verdict: as many findings come out as candidates went in (I6), the one with the most harm to
 * be expected first. What is not worth saying is dropped with the reason; what says the same as one before it is merged
 * into that, and leaves it a replacement of the same lines when it has none; of the rest the best go inline, the others into the summary.
 */
export function judge(examined: readonly Examined[], settings: JudgeSettings): readonly Finding[] {
  const kept: Finding[] = []
  /** By candidate, the finding that speaks for it. */
  const spokenForBy = new Map<string, Finding>()
  const sameAs = new Map(examined.map(({ candidate, look }) => [candidate.id, look?.sameAs] as const))
  /** By finding, what another that was merged into it would replace the same lines with. */
  const offered = new Map<string, string>()
  const judged = examined.toSorted(compareByHarm).map((one) => {
    const finding = { ...withEvidence(one), verdict: verdictOf(one) }
    if (finding.verdict.kind === 'posted') {
      kept.push(finding)
      spokenForBy.set(finding.id, finding)
    }
    return finding
  })
  return judged.map((finding) => {
    const replacement = finding.replacement ?? offered.get(finding.id)
    return replacement === undefined ? finding : { ...finding, replacement }
  })

  function verdictOf(one: Examined): Verdict {
    const decision = decide(one, settings)
    if (decision.kind === 'dropped') return decision
    const twin = findTwin(one)
    if (twin) {
      spokenForBy.set(one.candidate.id, twin)
      const { replacement } = one.candidate
      if (replacement !== undefined && isSamePlace(one.candidate, twin) && !offered.has(twin.id)) {
        offered.set(twin.id, replacement)
      }
      return { kind: 'merged', into: twin.id }
    }
    return { kind: 'posted', place: decision.place === 'summary' ? 'summary' : placeFor(one) }
  }

  /** The second look may have seen that the cause is the same; else places and words tell. */
  function findTwin({ candidate, look }: Examined): Finding | undefined {
    const named = look?.sameAs === undefined ? undefined : spokenForBy.get(look.sameAs)
    return (
      named ??
      kept.find(({ id }) => sameAs.get(id) === candidate.id) ??
      kept.find((other) => isSameProblem(other, candidate))
    )
  }

  function placeFor({ candidate, look }: Examined): 'inline' | 'summary' {
    const inline = kept.filter(
      ({ verdict }) => verdict.kind === 'posted' && verdict.place === 'inline',
    ).length
    const severity = look?.severity ?? candidate.severity
    const limit =
      severity === 'critical' || severity === 'high'
        ? settings.maxInlineComments
        : Math.min(CALM_COMMENTS, settings.maxInlineComments)
    return candidate.anchor && inline < limit ? 'inline' : 'summary'
  }
}

function isSamePlace(a: Candidate, b: Candidate): boolean {
  return a.path === b.path && a.anchor !== undefined && isDeepStrictEqual(a.anchor, b.anchor)
}

/** Its severity is what follows from the evidence, where somebody looked. */
function withEvidence({ candidate, fingerprint, look }: Examined): Omit<Finding, 'verdict'> {
  return look
    ? { ...candidate, severity: look.severity, fingerprint, verification: look.verification }
    : { ...candidate, fingerprint }
}
