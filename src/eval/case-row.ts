import type { Finding } from '../review/finding.ts'
import type { AnchorCheck } from './check-anchor.ts'
import type { CaseRun } from './run-case.ts'
import type { CommentOutcome } from './score-case.ts'

/** One run of one case, for people who want to see what was said. */
export type CaseRow = { readonly case: string; readonly run: number; readonly expects: string } & (
  | {
      readonly state: 'done'
      readonly golden: number
      /** Null without a judge. */
      readonly found: number | null
      readonly comments: readonly CommentRow[]
      /** Golden findings that no inline comment names. */
      readonly missed: readonly MissedRow[]
      readonly candidates: number
      readonly unaccounted: number
      readonly seconds: number
    }
  | { readonly state: 'waiting'; readonly unanswered: number }
  | { readonly state: 'failed'; readonly reason: string }
)

interface CommentRow extends SaidRow {
  readonly place: 'inline' | 'summary'
  readonly severity: string
  /** Whether it stands where it should. */
  readonly anchor: AnchorCheck
  /** Absent without a judge, and where there is nothing to compare with. */
  readonly outcome?: CommentOutcome
}

interface SaidRow {
  readonly path: string
  readonly startLine: number | null
  readonly endLine: number | null
  readonly title: string
  readonly explanation: string
}

interface MissedRow {
  readonly id: string
  readonly profile: string
  readonly comment: string
  /** What the engine had of it, and why it did not say it inline. */
  readonly had?: SaidRow & { readonly reason: string }
}

export function caseRow(run: CaseRun): CaseRow {
  const about = { case: run.case.id, run: run.run, expects: run.case.expects }
  switch (run.state) {
    case 'waiting':
      return { ...about, state: run.state, unanswered: run.unanswered }
    case 'failed':
      return { ...about, state: run.state, reason: run.reason }
    case 'done':
      return {
        ...about,
        state: run.state,
        golden: run.case.golden.length,
        found: run.judged?.inline.golden.filter(({ foundBy }) => foundBy !== undefined).length ?? null,
        comments: commentRows(run),
        missed: missedRows(run),
        candidates: run.candidates,
        unaccounted: run.unaccounted,
        seconds: run.seconds,
      }
  }
}

type DoneRun = Extract<CaseRun, { state: 'done' }>

function commentRows({ anchors, judged }: DoneRun): CommentRow[] {
  return anchors.map(({ finding, check }) => {
    const scored = judged?.said.comments.find((comment) => comment.finding.id === finding.id)
    return {
      ...said(finding),
      place: finding.verdict.kind === 'posted' ? finding.verdict.place : 'summary',
      severity: finding.severity,
      anchor: check,
      ...(scored && { outcome: scored.outcome }),
    }
  })
}

function missedRows({ judged, anchors }: DoneRun): MissedRow[] {
  if (!judged) return []
  return judged.inline.golden.flatMap(({ golden, foundBy }) => {
    if (foundBy !== undefined) return []
    const { id, profile, comment } = golden
    const lost = judged.lost.find((one) => one.golden === id)
    const foldedId = judged.said.golden.find((one) => one.golden.id === id)?.foundBy
    const folded = anchors.find(({ finding }) => finding.id === foldedId)?.finding
    const had = lost
      ? { ...said(lost.finding), reason: lost.reason }
      : folded && { ...said(folded), reason: 'folded into the summary' }
    return [{ id, profile, comment, ...(had && { had }) }]
  })
}

function said({ path, anchor, title, explanation }: Finding): SaidRow {
  return {
    path,
    startLine: anchor?.startLine ?? null,
    endLine: anchor?.endLine ?? null,
    title,
    explanation,
  }
}
