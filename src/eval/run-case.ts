import path from 'node:path'
import { errorMessage, isAbort } from '../base/errors.ts'
import type { Model } from '../llm/model.ts'
import type { DropReason, Finding } from '../review/finding.ts'
import { isWhole } from '../review/receipt.ts'
import { unaccounted } from './account.ts'
import { checkAnchor, type AnchorCheck } from './check-anchor.ts'
import type { EvalCase } from './eval-case.ts'
import { openJudge, type Judge } from './judge-case.ts'
import type { Meters } from './metered-model.ts'
import { reviewCase, type CaseReviewer, type ReviewedCase } from './review-case.ts'
import { namingByPlace, scoreCase, type CaseScore, type Naming } from './score-case.ts'

/** A golden finding that the engine had, and did not say. */
export interface LostGolden {
  readonly golden: string
  readonly finding: Finding
  readonly reason: DropReason | 'merged'
}

/** What one case came to in one run. */
export type CaseRun = { readonly case: EvalCase; readonly run: number } & (
  | ({ readonly state: 'done' } & CaseFigures)
  | { readonly state: 'waiting'; readonly unanswered: number }
  | { readonly state: 'failed'; readonly reason: string }
)

export interface CaseFigures {
  /** Comments in the eyes of the judge, inline ones alone, and those folded into the summary with them. */
  readonly judged?: {
    readonly inline: CaseScore
    readonly said: CaseScore
    readonly lost: readonly LostGolden[]
  }
  /** Inline comments by their place alone. */
  readonly byPlace: CaseScore
  readonly inline: number
  readonly folded: number
  readonly candidates: number
  readonly anchors: readonly { readonly finding: Finding; readonly check: AnchorCheck }[]
  readonly unaccounted: number
  /** Whether every reviewable hunk was read. */
  readonly whole: boolean
  readonly meters: Meters
  readonly judgeMeters: Meters
  /** Estimated, of the diff as git wrote it. */
  readonly diffTokens: number
  readonly seconds: number
}

export interface CaseTools extends CaseReviewer {
  /** Without one comments are matched by their place alone. */
  readonly judge?: Model
  /** A folder for all answers: they are there in a folder for each case and run. */
  readonly folder: string
}

/** Reviews a case and scores what came of it. What fails fails this case alone; an abort is thrown. */
export async function runCase(
  tools: CaseTools,
  evalCase: EvalCase,
  run: number,
  signal: AbortSignal,
): Promise<CaseRun> {
  const about = { case: evalCase, run }
  const folder = path.join(tools.folder, evalCase.id, `run-${run}`)
  try {
    const reviewed = await reviewCase(tools, evalCase, folder, signal)
    if (reviewed.unanswered > 0) return { ...about, state: 'waiting', unanswered: reviewed.unanswered }
    const { judge: model, collect, reviewer } = tools
    const { clock, prices } = reviewer
    const options = { folder: path.join(folder, 'judge'), collect, clock, ...(prices && { prices }) }
    const judge = model && openJudge({ ...options, model }, signal)
    try {
      return { ...about, state: 'done', ...(await figures(evalCase, reviewed, judge)) }
    } catch (error) {
      const unanswered = judge?.unanswered() ?? 0
      if (unanswered > 0) return { ...about, state: 'waiting', unanswered }
      throw error
    }
  } catch (error) {
    if (isAbort(error)) throw error
    return { ...about, state: 'failed', reason: errorMessage(error) }
  }
}

async function figures(
  evalCase: EvalCase,
  reviewed: ReviewedCase,
  judge: Judge | undefined,
): Promise<CaseFigures> {
  const { findings, receipt, meters, seconds } = reviewed
  const inline = findings.filter(({ verdict }) => verdict.kind === 'posted' && verdict.place === 'inline')
  const folded = findings.filter(({ verdict }) => verdict.kind === 'posted' && verdict.place === 'summary')
  const said = [...inline, ...folded]
  const judged = judge && evalCase.expects === 'findings' ? await judgeAll(judge) : undefined
  return {
    ...(judged && { judged }),
    byPlace: scoreCase(evalCase, inline, namingByPlace(evalCase, inline)),
    inline: inline.length,
    folded: folded.length,
    candidates: findings.length,
    anchors: said.map((finding) => ({ finding, check: checkAnchor(finding, evalCase.change) })),
    unaccounted: unaccounted(reviewed, meters),
    whole: isWhole(receipt),
    meters,
    judgeMeters: judge?.meters ?? {},
    diffTokens: evalCase.diffTokens,
    seconds,
  }

  async function judgeAll(judge: Judge): Promise<NonNullable<CaseFigures['judged']>> {
    const naming = await judge.name(evalCase, said)
    const scores = {
      inline: scoreCase(evalCase, inline, among(naming, inline.length)),
      said: scoreCase(evalCase, said, naming),
    }
    const missing = scores.said.golden.flatMap(({ golden, foundBy }) =>
      foundBy === undefined ? [golden] : [],
    )
    const unsaid = findings.filter(({ verdict }) => verdict.kind !== 'posted')
    const unsaidNaming = await judge.name({ golden: missing, knownInvalid: [] }, unsaid)
    const lost = scoreCase({ golden: missing, knownInvalid: [] }, unsaid, unsaidNaming).golden.flatMap(
      ({ golden, foundBy }): LostGolden[] => {
        const finding = unsaid.find(({ id }) => id === foundBy)
        if (!finding) return []
        const { verdict } = finding
        return [
          { golden: golden.id, finding, reason: verdict.kind === 'dropped' ? verdict.reason : 'merged' },
        ]
      },
    )
    return { ...scores, lost }
  }
}

/** The same of the first comments alone. */
function among({ golden, invalid }: Naming, comments: number): Naming {
  const first = (named: readonly number[]): number[] => named.filter((index) => index < comments)
  return { golden: golden.map(first), invalid: invalid.map(first) }
}
