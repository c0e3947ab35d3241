import type { LevelReport } from './measure-level.ts'
import { shown } from './shown.ts'

/** The table for the documentation: a row for each level. */
export function renderMarkdown(levels: readonly LevelReport[]): string {
  const columns: readonly (readonly [string, (level: LevelReport) => string])[] = [
    ['pull requests', ({ prs }) => String(prs)],
    ['acknowledged p50 / p99', ({ acknowledgement: of }) => `${whole(of?.p50)} / ${whole(of?.p99)} ms`],
    [
      'delivery to review p50 / p95 / p99',
      ({ endToEnd: of }) => `${seconds(of?.p50)} / ${seconds(of?.p95)} / ${seconds(of?.p99)} s`,
    ],
    ['ideal p95', ({ ideal }) => `${seconds(ideal?.p95)} s`],
    ['in ideal ones', ({ toIdeal }) => fixed(toIdeal, 2)],
    ['reviews a minute', ({ reviewsPerMinute }) => whole(reviewsPerMinute)],
    ['owed / there once', ({ owed, delivered, faults }) => `${owed} / ${delivered}${mark(faults.length)}`],
    ['struck / recovered', ({ transientFaults: { struck, recovered } }) => `${struck} / ${recovered}`],
    [
      'GitHub reads / writes a review',
      ({ calls }) => `${fixed(calls.readsPerReview, 1)} / ${fixed(calls.writesPerReview, 1)}`,
    ],
    ['tokens of a push', ({ pushTokenShare }) => fixed(pushTokenShare, 3)],
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

function whole(value: number | undefined): string {
  return fixed(value, 0)
}

function fixed(value: number | undefined, digits: number): string {
  return shown(value, (measured) => measured.toFixed(digits))
}

function seconds(ms: number | undefined): string {
  return shown(ms, (measured) => (measured / 1_000).toFixed(2))
}
