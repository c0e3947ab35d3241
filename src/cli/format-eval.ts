import type { CaseRow } from '../eval/case-row.ts'
import type { EvalReport } from '../eval/eval-report.ts'
import type { Quality, Rate } from '../eval/figures.ts'
import { count } from '../review/count.ts'
import { shortened, terminalLine } from './terminal-text.ts'

type Done = Extract<CaseRow, { state: 'done' }>

/** What an evaluation measured, for people. Lines of cases name what was said beyond the golden findings, and what was missed. */
export function formatEval(report: EvalReport): string {
  const lines = [
    heading(report),
    ...standing(report),
    '',
    ...qualityLines(report),
    '',
    ...otherLines(report),
    '',
    ...report.rows.flatMap(rowLines),
  ]
  return `${lines.join('\n')}\n`
}

function heading({ model, judge, effort, runs, rows }: EvalReport): string {
  const reader = model === null ? 'the analysers alone' : `${terminalLine(model)} at effort ${effort}`
  const judged = judge === null ? 'no judge' : `judge ${terminalLine(judge)}`
  return `${count(rows.length / runs, 'case')}, ${count(runs, 'run')}: ${reader}, ${judged}`
}

/** What keeps the figures from being whole. */
function standing({ missing, waiting, failed, findings, notWhole }: EvalReport): string[] {
  const names = missing.map(terminalLine).join(', ')
  return [
    missing.length > 0 ? `Not in the dataset, or without a diff.patch: ${names}` : '',
    waiting > 0 ? `Waiting for answers: ${waiting} of the runs below; they are in no figure` : '',
    failed > 0 ? `Failed: ${failed} of the runs below; they are in no figure` : '',
    findings.unaccounted > 0 ? `LOST WITHOUT A TRACE: ${count(findings.unaccounted, 'finding')}` : '',
    notWhole > 0 ? `Not read whole: ${count(notWhole, 'review')}` : '',
  ].filter(Boolean)
}

function qualityLines({ quality, withFolded, byPlace }: EvalReport): string[] {
  const rows: [string, Quality][] = [
    ...(quality ? Object.entries(quality) : []),
    ...(withFolded ? [['all, with folded ones', withFolded] as [string, Quality]] : []),
    ['all, by place alone', byPlace],
  ]
  const columns = ['golden findings', 'precision', 'recall', 'F1'] as const
  const cells = rows.map(([name, { precision, recall, f1 }]) => [
    name,
    rateText(precision),
    rateText(recall),
    rateText(f1),
  ])
  return [columns, ...cells].map((row) =>
    row
      .map((cell) => cell.padEnd(24))
      .join('')
      .trimEnd(),
  )
}

function otherLines(report: EvalReport): string[] {
  const { comments, silent, anchors, findings, lost, tokens, seconds, recallBySeverity } = report
  const lostWords = Object.entries(lost ?? {}).map(([reason, number]) => `${number} ${reason}`)
  const bySeverity = Object.entries(recallBySeverity ?? {}).map(([name, rate]) => `${name} ${rateText(rate)}`)
  const byOurs = Object.entries(report.precisionBySeverity ?? {}).map(
    ([name, rate]) => `${name} ${rateText(rate)}`,
  )
  return [
    `Comments per change: ${decimal(comments.perChange)} inline, ${decimal(comments.foldedPerChange)} folded, over ${count(comments.changes, 'change')}`,
    ...(report.quality
      ? [
          `Unmatched ${comments.unmatched}, repeated ${comments.repeated}, known to be invalid ${comments.knownInvalid}`,
        ]
      : []),
    `Silent on clean changes: ${rateText(silent)} of ${silent.of}`,
    `Anchors: ${rateText(anchors)} of ${anchors.of} on lines of the diff, with their quote`,
    `Candidates: ${findings.candidates}, unaccounted for: ${findings.unaccounted}`,
    ...(lostWords.length > 0 ? [`Found and not said: ${lostWords.join(', ')}`] : []),
    ...(bySeverity.length > 0 ? [`Recall by severity: ${bySeverity.join('; ')}`] : []),
    ...(byOurs.length > 0 ? [`Precision by our severity: ${byOurs.join('; ')}`] : []),
    ...Object.entries(tokens).map(
      ([purpose, { questions, usage, promptTokens }]) =>
        `Tokens to ${purpose}: ${usage.inputTokens} in (${usage.cachedInputTokens} cached), ${usage.outputTokens} out; ` +
        `${count(questions, 'question')} of ${promptTokens} by our estimate`,
    ),
    ...(report.costPerChange === null
      ? []
      : [`Cost of a review: $${report.costPerChange.toFixed(4)} on average`]),
    `Files beside the change were at hand for ${count(report.withHead, 'review')}`,
    `Prompt tokens for each token of diff: ${decimal(report.promptTokensPerDiffToken)} (median, estimated)`,
    `Seconds for a review: ${decimal(seconds.median)} (median), ${decimal(seconds.total)} in all`,
    `Bounds in brackets: ${report.intervals}`,
  ]
}

function rowLines(row: CaseRow): string[] {
  const name = `${terminalLine(row.case)} (run ${row.run})`
  switch (row.state) {
    case 'waiting':
      return [`${name}: ${count(row.unanswered, 'question')} without an answer`]
    case 'failed':
      return [`${name}: failed: ${terminalLine(row.reason)}`]
    case 'done':
      return [`${name}: ${summary(row)}`, ...unmatchedLines(row), ...missedLines(row)]
  }
}

function summary({ expects, found, golden, comments }: Done): string {
  const said = count(comments.length, 'comment')
  if (expects !== 'findings') return `${said}, expected ${expects}`
  return found === null ? `${said}, ${golden} known` : `${found} of ${golden} found, ${said}`
}

function unmatchedLines({ comments, expects }: Done): string[] {
  return comments
    .filter(({ outcome }) => (outcome ? outcome.kind !== 'found' : expects === 'no findings'))
    .map(({ path, startLine, title, outcome }) => {
      const kind = outcome === undefined ? 'said' : outcome.kind
      return `  ${kind}: ${place(path, startLine)} ${shortened(terminalLine(title), 100)}`
    })
}

function missedLines({ missed }: Done): string[] {
  return missed.map(({ profile, comment, had }) => {
    const why = had ? `, had as ${JSON.stringify(terminalLine(had.title))}: ${had.reason}` : ''
    return `  missed (${profile}): ${shortened(terminalLine(comment), 100)}${why}`
  })
}

function place(path: string, line: number | null): string {
  return line === null ? terminalLine(path) : `${terminalLine(path)}:${line}`
}

function rateText({ value, low, high }: Omit<Rate, 'of'>): string {
  return value === null ? '–' : `${value.toFixed(2)} (${bound(low)}–${bound(high)})`
}

function bound(value: number | null): string {
  return value === null ? '?' : value.toFixed(2)
}

function decimal(value: number | null): string {
  return value === null ? '–' : value.toFixed(1)
}
