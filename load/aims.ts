import type { LevelReport } from './measure-level.ts'
import type { LoadOptions } from './options.ts'

/** What was hoped for, what came, and whether that is as hoped. */
export interface Aim {
  readonly what: string
  readonly aim: string
  readonly measured: string
  readonly met: boolean
}

/** How far a level is from what was aimed at. What the options make meaningless is not asked. */
export function aimsOf(
  level: LevelReport,
  options: Pick<LoadOptions, 'effort' | 'contentLimits' | 'githubLimits'>,
): readonly Aim[] {
  const { prs, endToEnd, acknowledgement, calls, toIdeal, faults, errorRate } = level
  // Whatever makes reviews wait on purpose has no aim for how long.
  const isFree = !options.contentLimits && options.githubLimits === 0 && level.overMs === 0
  const aims: Aim[] = [
    {
      what: 'every owed review is there, exactly once',
      aim: '0 faults',
      measured: `${faults.length} faults`,
      met: faults.length === 0 && errorRate === 0,
    },
    {
      what: 'acknowledgement, p99',
      aim: '< 100 ms',
      measured: ms(acknowledgement.p99),
      met: acknowledgement.p99 < 100,
    },
    {
      what: 'reads of GitHub for a review',
      aim: '≤ 4',
      measured: calls.readsPerReview.toFixed(2),
      met: calls.readsPerReview <= 4,
    },
    {
      what: 'writes on GitHub for a review',
      aim: '≤ 3',
      measured: calls.writesPerReview.toFixed(2),
      met: calls.writesPerReview <= 3,
    },
    {
      what: 'tokens of a one-file push',
      aim: '≤ 0.15 of the first review',
      measured: level.pushTokenShare.toFixed(3),
      met: level.pushTokenShare <= 0.15,
    },
    {
      what: 'transient faults recovered',
      aim: 'all',
      measured: `${level.transientFaults.recovered} of ${level.transientFaults.struck}`,
      met: level.transientFaults.rate === 1,
    },
  ]
  if (isFree && prs === 1 && options.effort === 'quick') {
    const measured = ms(endToEnd.p95)
    aims.push({ what: 'one pull request', aim: '≤ 600 ms', measured, met: endToEnd.p95 <= 600 })
  }
  if (isFree && prs > 1)
    aims.push({
      what: 'end to end p95, in ideal ones',
      aim: '≤ 1.25',
      measured: toIdeal.toFixed(2),
      met: toIdeal <= 1.25,
    })
  return aims
}

function ms(value: number): string {
  return `${Math.round(value)} ms`
}
