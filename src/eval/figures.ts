import { bootstrap, wilson, type Interval } from './confidence.ts'
import type { Profile } from './eval-case.ts'
import type { CaseScore } from './score-case.ts'

/** A share of a number of things, with its bounds; no value where there are none. */
export interface Rate {
  readonly value: number | null
  readonly of: number
  readonly low: number | null
  readonly high: number | null
}

export interface Quality {
  readonly precision: Rate
  readonly recall: Rate
  /** The harmonic mean of the two. */
  readonly f1: Omit<Rate, 'of'>
}

/** How many comments and golden findings there are, and how many of them belong together. */
interface Counts {
  readonly found: number
  readonly comments: number
  readonly golden: number
}

/**
 * Precision, recall and F1 over all cases together, each with the bounds of a bootstrap over the cases. `scores` holds for
 * each case those of its runs. With a profile only golden findings of that profile count; comments that name others are
 * neither right nor wrong.
 */
export function quality(scores: readonly (readonly CaseScore[])[], wanted: readonly Profile[]): Quality {
  const counted = scores.map((runs) => sum(runs.map((score) => count(score, wanted))))
  const total = sum(counted)
  const figure = (of: (counts: Counts) => number | undefined): Omit<Rate, 'of'> => {
    const interval = bootstrap(counted, (sample) => of(sum(sample)))
    return bounded(of(total), interval)
  }
  return {
    precision: { ...figure(precision), of: total.comments },
    recall: { ...figure(recall), of: total.golden },
    f1: figure(f1),
  }
}

/** A rate of things that do not depend on each other, with Wilson's bounds. */
export function rate(successes: number, of: number): Rate {
  return { ...bounded(of === 0 ? undefined : successes / of, wilson(successes, of)), of }
}

function bounded(value: number | undefined, interval: Interval | undefined): Omit<Rate, 'of'> {
  return { value: value ?? null, low: interval?.low ?? null, high: interval?.high ?? null }
}

function count({ comments, golden }: CaseScore, wanted: readonly Profile[]): Counts {
  const counts = new Set(
    golden.filter(({ golden }) => wanted.includes(golden.profile)).map(({ golden }) => golden.id),
  )
  const isOfOther = ({ outcome }: CaseScore['comments'][number]): boolean =>
    (outcome.kind === 'found' || outcome.kind === 'repeated') && !counts.has(outcome.golden)
  return {
    found: golden.filter(({ golden, foundBy }) => foundBy !== undefined && counts.has(golden.id)).length,
    comments: comments.filter((comment) => !isOfOther(comment)).length,
    golden: counts.size,
  }
}

function sum(all: readonly Counts[]): Counts {
  return {
    found: all.reduce((total, { found }) => total + found, 0),
    comments: all.reduce((total, { comments }) => total + comments, 0),
    golden: all.reduce((total, { golden }) => total + golden, 0),
  }
}

function precision({ found, comments }: Counts): number | undefined {
  return comments === 0 ? undefined : found / comments
}

function recall({ found, golden }: Counts): number | undefined {
  return golden === 0 ? undefined : found / golden
}

/** 2·P·R / (P + R), which is this; silence where something was to be found is 0. */
function f1({ found, comments, golden }: Counts): number | undefined {
  return comments + golden === 0 ? undefined : (2 * found) / (comments + golden)
}
