import type { Anchor, FileDiff } from '../diff/file-diff.ts'
import { fingerprint } from './fingerprint.ts'
import { severities, type Candidate, type Finding, type Verdict } from './finding.ts'
import type { Grounding } from './ground.ts'
import type { ReviewSettings } from './review-settings.ts'

/** A candidate with what grounding said of it; analysers' candidates are grounded by their rule. */
export interface GroundedCandidate {
  readonly candidate: Candidate
  readonly grounding: Grounding
}

/** What an earlier review of the same pull request said, by fingerprint. */
export type SaidBefore = ReadonlySet<string>

/**
 * Gives every candidate its verdict: as many findings come out as candidates went in (I6), the most severe first.
 * Dropped: what is not grounded, too uncertain, or said before. Merged: the same problem found twice.
 * The best `maxInlineComments` of the rest go inline, the others into the summary.
 */
export function judge(
  candidates: readonly GroundedCandidate[],
  files: ReadonlyMap<string, FileDiff>,
  settings: ReviewSettings,
  said: SaidBefore,
): readonly Finding[] {
  const ranked = candidates
    .map(({ candidate, grounding }) => ({
      candidate,
      grounding,
      fingerprint: fingerprint(candidate, files.get(candidate.path)),
    }))
    .sort((a, b) => compareCandidates(a.candidate, b.candidate))

  const kept: Finding[] = []
  return ranked.map(({ candidate, grounding, fingerprint }) => {
    const verdict = decide(candidate, grounding, fingerprint)
    const finding = { ...candidate, fingerprint, verdict }
    if (verdict.kind === 'posted') kept.push(finding)
    return finding
  })

  function decide(candidate: Candidate, grounding: Grounding, fingerprint: string): Verdict {
    if (grounding.kind === 'dropped') {
      return { kind: 'dropped', reason: grounding.reason, detail: grounding.detail }
    }
    if (candidate.confidence < settings.minConfidence) {
      const detail = `confidence ${candidate.confidence} is below ${settings.minConfidence}`
      return { kind: 'dropped', reason: 'below-threshold', detail }
    }
    if (said.has(fingerprint)) {
      return { kind: 'dropped', reason: 'already-said', detail: 'an earlier review said it on these lines' }
    }
    const twin = kept.find((other) => isSameProblem(other, candidate))
    if (twin) return { kind: 'merged', into: twin.id }
    const inline = kept.filter((other) => isInline(other)).length < settings.maxInlineComments
    return { kind: 'posted', place: inline ? 'inline' : 'summary' }
  }
}

function isInline({ verdict }: Finding): boolean {
  return verdict.kind === 'posted' && verdict.place === 'inline'
}

/** Most severe first, then most certain; then by place, so that equal input has one order. */
function compareCandidates(a: Candidate, b: Candidate): number {
  return (
    severities.indexOf(a.severity) - severities.indexOf(b.severity) ||
    b.confidence - a.confidence ||
    compareText(a.path, b.path) ||
    (a.anchor?.startLine ?? 0) - (b.anchor?.startLine ?? 0) ||
    compareText(a.title, b.title) ||
    compareText(a.id, b.id)
  )
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/**
 * Two finders, one problem: an analyser and a model at the same lines with the same kind of harm. What one finder names
 * twice at the same lines is the same only in the same words.
 */
function isSameProblem(a: Candidate, b: Candidate): boolean {
  if (a.path !== b.path || !a.anchor || !b.anchor || !overlaps(a.anchor, b.anchor)) return false
  return finderOf(a) === finderOf(b) ? a.title === b.title : a.category === b.category
}

function finderOf({ source }: Candidate): string {
  return source.kind === 'model' ? source.model : source.analyser
}

function overlaps(a: Anchor, b: Anchor): boolean {
  return a.side === b.side && a.startLine <= b.endLine && b.startLine <= a.endLine
}
