import type { LevelReport } from './measure-level.ts'

/** The table for the documentation: a row for each level. */
export function renderMarkdown(levels: readonly LevelReport[]): string {
  const columns: readonly (readonly [string, (level: LevelReport) => string])[] = [
    ['pull requests', ({ prs }) => String(prs)],
    ['acknowledged p50 / p99', ({ acknowledgement: { p50, p99 } }) => `${whole(p50)} / ${whole(p99)} ms`],
    [
      'delivery to review p50 / p95 / p99',
      ({ endToEnd: { p50, p95, p99 } }) => `${seconds(p50)} / ${seconds(p95)} / ${seconds(p99)} s`,
    ],
    ['ideal p95', ({ ideal }) => `${seconds(ideal.p95)} s`],
    ['in ideal ones', ({ toIdeal }) => toIdeal.toFixed(2)],
    ['reviews a minute', ({ reviewsPerMinute }) => whole(reviewsPerMinute)],
    ['owed / there once', ({ owed, delivered, faults }) => `${owed} / ${delivered}${mark(faults.length)}`],
    ['struck / recovered', ({ transientFaults: { struck, recovered } }) => `${struck} / ${recovered}`],
    [
      'GitHub reads / writes a review',
      ({ calls }) => `${calls.readsPerReview.toFixed(1)} / ${calls.writesPerReview.toFixed(1)}`,
    ],
    ['tokens of a push', ({ pushTokenShare }) => pushTokenShare.toFixed(3)],
  ]
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [
    row(columns.map(([name]) => name)),
    row(columns.map(() => '---:')),
    ...levels.map((level) => row(columns.map(([, of]) => of(level)))),
  ].join('\n')
}

function mark(faults: number): string {
  return faults === 0 ? '' : `, ${faults} faults`
}

function whole(value: number): string {
  return String(Math.round(value))
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(2)
}
