import { severities, type Severity } from '../review/finding.ts'
import { profiles, type EvalCase, type GoldenFinding } from './eval-case.ts'
import { caseRow, type CaseRow } from './case-row.ts'
import { quality, rate, type Quality, type Rate } from './figures.ts'
import { addMeter, type Meter, type Meters } from './metered-model.ts'
import type { CaseRun } from './run-case.ts'
import type { CaseScore } from './score-case.ts'

/** What an evaluation measured: the JSON of `lorgnette eval`. Members may be added within a version. */
export interface EvalReport {
  readonly version: 1
  /** `provider/model`; null when the analysers were the review. */
  readonly model: string | null
  readonly judge: string | null
  readonly effort: string
  readonly runs: number
  readonly intervals: string
  readonly cases: Readonly<Record<EvalCase['expects'], number>>
  /** Cases that were asked for and are not in the dataset. */
  readonly missing: readonly string[]
  /** Runs without figures: they are in no figure below. */
  readonly waiting: number
  readonly failed: number
  /** Inline comments in the eyes of the judge, for all golden findings, without matters of taste, and for failures alone. */
  readonly quality: Readonly<Record<'all' | 'strict and core' | 'strict', Quality>> | null
  /** The same for all golden findings, with comments that are folded into the summary. */
  readonly withFolded: Quality | null
  /** Inline comments without a judge: what stands within three lines of a golden finding is taken for it. */
  readonly byPlace: Quality
  readonly recallBySeverity: Readonly<Record<string, Rate>> | null
  readonly precisionBySeverity: Readonly<Partial<Record<Severity, Rate>>> | null
  /** Golden findings that the engine had and did not say, by what became of them. */
  readonly lost: Readonly<Record<string, number>> | null
  readonly comments: {
    readonly changes: number
    readonly perChange: number | null
    readonly foldedPerChange: number | null
    readonly repeated: number
    readonly knownInvalid: number
    readonly unmatched: number
  }
  /** Clean changes on which nothing was said. */
  readonly silent: Rate
  /** Comments that stand on lines of the diff, with their quote on them. */
  readonly anchors: Rate
  readonly findings: { readonly candidates: number; readonly unaccounted: number }
  /** Reviews that did not read every reviewable hunk. */
  readonly notWhole: number
  readonly tokens: Readonly<Record<string, Meter>>
  /** Of the reviews alone, in US dollars; null where no price is known. */
  readonly costPerChange: number | null
  /** Reviews that could look at files beside the change. */
  readonly withHead: number
  /** Estimated tokens of all questions of a review for each one of its diff: the median over the changes. */
  readonly promptTokensPerDiffToken: number | null
  readonly seconds: { readonly total: number; readonly median: number | null }
  readonly rows: readonly CaseRow[]
}

export interface EvalSetup extends Pick<EvalReport, 'model' | 'judge' | 'effort' | 'runs' | 'missing'> {
  readonly cases: readonly EvalCase[]
}

type DoneRun = Extract<CaseRun, { state: 'done' }>

export function makeReport({ cases, ...setup }: EvalSetup, all: readonly CaseRun[]): EvalReport {
  const done = all.filter((run): run is DoneRun => run.state === 'done')
  const scored = done.filter((run) => run.case.expects === 'findings')
  const plain = done.filter((run) => run.case.expects !== 'robustness only')
  const clean = done.filter((run) => run.case.expects === 'no findings')
  const isJudged = scored.some(({ judged }) => judged !== undefined)
  const inline = byCase(scored, ({ judged }) => judged?.inline)
  const anchors = done.flatMap((run) => run.anchors)
  const comments = inline.flat().flatMap((score) => score.comments)
  const ofKind = (kind: string): number => comments.filter(({ outcome }) => outcome.kind === kind).length
  const expecting = (expects: EvalCase['expects']): number =>
    cases.filter((one) => one.expects === expects).length
  return {
    version: 1,
    ...setup,
    intervals:
      '95 %: percentile bootstrap over the cases for precision, recall and F1; Wilson for all other rates',
    cases: {
      findings: expecting('findings'),
      'no findings': expecting('no findings'),
      'robustness only': expecting('robustness only'),
    },
    waiting: all.filter(({ state }) => state === 'waiting').length,
    failed: all.filter(({ state }) => state === 'failed').length,
    quality: isJudged
      ? {
          all: quality(inline, profiles),
          'strict and core': quality(inline, ['strict', 'core']),
          strict: quality(inline, ['strict']),
        }
      : null,
    withFolded: isJudged
      ? quality(
          byCase(scored, ({ judged }) => judged?.said),
          profiles,
        )
      : null,
    byPlace: quality(
      byCase(scored, ({ byPlace }) => byPlace),
      profiles,
    ),
    recallBySeverity: isJudged ? recallBySeverity(inline.flat()) : null,
    precisionBySeverity: isJudged ? precisionBySeverity(inline.flat()) : null,
    lost: isJudged
      ? tally(scored.flatMap(({ judged }) => judged?.lost.map(({ reason }) => reason) ?? []))
      : null,
    comments: {
      changes: plain.length,
      perChange: mean(plain.map((run) => run.inline)),
      foldedPerChange: mean(plain.map(({ folded }) => folded)),
      repeated: ofKind('repeated'),
      knownInvalid: ofKind('known-invalid'),
      unmatched: ofKind('unmatched'),
    },
    silent: rate(clean.filter((run) => run.inline + run.folded === 0).length, clean.length),
    anchors: rate(
      anchors.filter(({ check }) => check === 'right' || check === 'in-file').length,
      anchors.length,
    ),
    findings: {
      candidates: done.reduce((sum, { candidates }) => sum + candidates, 0),
      unaccounted: done.reduce((sum, run) => sum + run.unaccounted, 0),
    },
    notWhole: done.filter(({ whole }) => !whole).length,
    tokens: addMeters(done.flatMap(({ meters, judgeMeters }) => [meters, judgeMeters])),
    costPerChange: costPerChange(plain),
    withHead: done.filter((run) => run.case.change.openHead !== undefined).length,
    promptTokensPerDiffToken: median(
      done
        .filter(({ meters }) => Object.keys(meters).length > 0)
        .map((run) => promptTokens(run.meters) / run.diffTokens),
    ),
    seconds: {
      total: done.reduce((sum, { seconds }) => sum + seconds, 0),
      median: median(done.map(({ seconds }) => seconds)),
    },
    rows: all.map(caseRow),
  }
}

/** The scores of each case's runs. */
function byCase(
  runs: readonly DoneRun[],
  scoreOf: (run: DoneRun) => CaseScore | undefined,
): readonly (readonly CaseScore[])[] {
  const ids = [...new Set(runs.map((run) => run.case.id))]
  return ids.map((id) => runs.filter((run) => run.case.id === id).flatMap((run) => scoreOf(run) ?? []))
}

function recallBySeverity(scores: readonly CaseScore[]): Record<string, Rate> {
  const golden = scores.flatMap((score) => score.golden)
  const severityOf = ({ severity }: GoldenFinding): string => severity ?? 'none given'
  const groups = [...new Set(golden.map((one) => severityOf(one.golden)))].toSorted()
  return Object.fromEntries(
    groups.map((group) => {
      const those = golden.filter((one) => severityOf(one.golden) === group)
      return [group, rate(those.filter(({ foundBy }) => foundBy !== undefined).length, those.length)]
    }),
  )
}

function precisionBySeverity(scores: readonly CaseScore[]): Partial<Record<Severity, Rate>> {
  const comments = scores.flatMap((score) => score.comments)
  return Object.fromEntries(
    severities.flatMap((severity) => {
      const those = comments.filter(({ finding }) => finding.severity === severity)
      const found = those.filter(({ outcome }) => outcome.kind === 'found').length
      return those.length === 0 ? [] : [[severity, rate(found, those.length)]]
    }),
  )
}

function tally(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1
  return counts
}

function addMeters(all: readonly Meters[]): Record<string, Meter> {
  const sums: Record<string, Meter> = {}
  for (const [purpose, meter] of all.flatMap((meters) => Object.entries(meters))) {
    const sum = sums[purpose]
    sums[purpose] = sum ? addMeter(sum, meter) : meter
  }
  return sums
}

function costPerChange(runs: readonly DoneRun[]): number | null {
  const all = Object.values(addMeters(runs.map(({ meters }) => meters)))
  if (all.length === 0 || all.some(({ unpriced }) => unpriced > 0)) return null
  return all.reduce((sum, { cost }) => sum + cost, 0) / 1_000_000 / runs.length
}

function promptTokens(meters: Meters): number {
  return Object.values(meters).reduce((sum, { promptTokens }) => sum + promptTokens, 0)
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length
}

function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b)
  const [low, high] = [
    sorted[Math.floor((sorted.length - 1) / 2)],
    sorted[Math.ceil((sorted.length - 1) / 2)],
  ]
  return low === undefined || high === undefined ? null : (low + high) / 2
}
