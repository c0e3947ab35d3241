import { memoryOfProduct } from './growth.ts'
import type { LevelReport } from './measure-level.ts'
import type { LoadOptions } from './options.ts'

/** What was hoped for, what came, and whether that is as hoped. */
export interface Aim {
  readonly what: string
  readonly aim: string
  readonly measured: string
  readonly outcome: 'met' | 'missed' | 'not measured'
}

/** From so many pull requests at once on, memory is looked at: fewer are over before it could grow. */
const MANY = 500
/** One and a half second for a review, where the injected latencies and the bounds leave time for that. */
const SOON_MS = 1_500

/** How far a level is from what was aimed at. What the options make meaningless is not asked. */
export function aimsOf(
  level: LevelReport,
  options: Pick<LoadOptions, 'effort' | 'contentLimits' | 'githubLimits'>,
): readonly Aim[] {
  const { prs, overMs, endToEnd, acknowledgement, calls, faults, errorRate, transientFaults } = level
  // Whatever makes reviews wait on purpose has no aim for how long.
  const isFree = !options.contentLimits && options.githubLimits === 0 && overMs === 0
  const aims: Aim[] = [
    judge('every owed review is there, exactly once', '0 faults', errorRate, {
      show: () => `${faults.length} faults`,
      isMet: (missing) => faults.length === 0 && missing === 0,
    }),
    judge('acknowledgement, p99', '< 100 ms', acknowledgement?.p99, {
      show: ms,
      isMet: (value) => value < 100,
    }),
    judge('reads of GitHub for a review', '≤ 4', calls.readsPerReview, {
      show: (value) => value.toFixed(2),
      isMet: (value) => value <= 4,
    }),
    judge('writes on GitHub for a review', '≤ 3', calls.writesPerReview, {
      show: (value) => value.toFixed(2),
      isMet: (value) => value <= 3,
    }),
    judge('tokens of a one-file push', '≤ 0.15 of the first review', level.pushTokenShare, {
      show: (value) => value.toFixed(3),
      isMet: (value) => value <= 0.15,
    }),
    judge('transient faults recovered', 'all', transientFaults.rate, {
      show: () => `${transientFaults.recovered} of ${transientFaults.struck}`,
      isMet: (value) => value === 1,
    }),
  ]
  if (isFree && prs === 1 && options.effort === 'quick')
    aims.push(
      judge('one pull request', '≤ 600 ms', endToEnd?.p95, { show: ms, isMet: (value) => value <= 600 }),
    )
  if (isFree && prs > 1)
    aims.push(
      judge('end to end p95, in ideal ones', '≤ 1.25', level.toIdeal, {
        show: (value) => value.toFixed(2),
        isMet: (value) => value <= 1.25,
      }),
    )
  if (isFree && prs > 1 && level.ideal && level.ideal.p95 < SOON_MS)
    aims.push(
      judge('end to end p95', `< ${SOON_MS} ms`, endToEnd?.p95, {
        show: ms,
        isMet: (value) => value < SOON_MS,
      }),
    )
  if (prs >= MANY && overMs === 0)
    aims.push(
      judge('memory of the product', 'flat', memoryOfProduct(level.samples), {
        show: ({ text }) => text,
        isMet: ({ isFlat }) => isFlat,
      }),
    )
  return aims
}

function judge<Figure>(
  what: string,
  aim: string,
  figure: Figure | undefined,
  { show, isMet }: { readonly show: (figure: Figure) => string; readonly isMet: (figure: Figure) => boolean },
): Aim {
  if (figure === undefined) return { what, aim, measured: 'nothing', outcome: 'not measured' }
  return { what, aim, measured: show(figure), outcome: isMet(figure) ? 'met' : 'missed' }
}

function ms(value: number): string {
  return `${Math.round(value)} ms`
}
