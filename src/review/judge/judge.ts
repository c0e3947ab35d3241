import { isDeepStrictEqual } from 'node:util'
import type { Candidate, Finding, Verdict } from '../finding.ts'
import type { ReviewSettings } from '../review-settings.ts'
import { decide, LEAST_WORTH, type Examined } from './policy.ts'
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
  const causeOf = groupByCause(examined)
  /** By cause, the finding that speaks for it. */
  const speakers = new Map<string, Finding>()
  /** By finding, what another that was merged into it would replace the same lines with. */
  const offered = new Map<string, string>()
  // Beside claims that were compared, one that was not is worth no more than the least of them.
  const untoldWorth = examined.some(({ comparison }) => comparison) ? LEAST_WORTH : 1
  const inOrder = examined.toSorted((a, b) => compareByHarm(a, b, untoldWorth))
  const judged = inOrder.map((one) => {
    const finding = { ...withEvidence(one), verdict: verdictOf(one) }
    if (finding.verdict.kind === 'posted') {
      kept.push(finding)
      speakers.set(causeOf(finding.id), finding)
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
    const { candidate } = one
    // Those who saw both may have seen that the cause is the same; else places and words tell.
    const twin = speakers.get(causeOf(candidate.id)) ?? kept.find((other) => isSameProblem(other, candidate))
    if (twin) {
      speakers.set(causeOf(candidate.id), twin)
      const { replacement } = candidate
      if (replacement !== undefined && isSamePlace(candidate, twin) && !offered.has(twin.id)) {
        offered.set(twin.id, replacement)
      }
      return { kind: 'merged', into: twin.id }
    }
    return { kind: 'posted', place: decision.place === 'summary' ? 'summary' : placeFor(one) }
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

/** Tells of each candidate its cause, as the id of one of those that a second look or a comparison says have the same. */
function groupByCause(examined: readonly Examined[]): (id: string) => string {
  const joined = new Map<string, string>()
  const causeOf = (id: string): string => {
    const other = joined.get(id)
    return other === undefined ? id : causeOf(other)
  }
  for (const { candidate, look, comparison } of examined) {
    for (const twin of [look?.sameAs, comparison?.sameAs]) {
      const [own, others] = [causeOf(candidate.id), twin === undefined ? undefined : causeOf(twin)]
      if (others !== undefined && others !== own) joined.set(own, others)
    }
  }
  return causeOf
}

function isSamePlace(a: Candidate, b: Candidate): boolean {
  return a.path === b.path && a.anchor !== undefined && isDeepStrictEqual(a.anchor, b.anchor)
}

/** Its severity is what follows from the evidence, where somebody looked. */
function withEvidence({ candidate, fingerprint, look, comparison }: Examined): Omit<Finding, 'verdict'> {
  return {
    ...candidate,
    fingerprint,
    ...(look && { severity: look.severity, verification: look.verification }),
    ...(comparison && { worth: comparison.worth }),
  }
}
