import { expect, test } from 'vitest'
import type { PlannedHeads } from './history.ts'
import type { Noted } from './journal.ts'
import { judgeRun, type Shown } from './outcome.ts'

const planned: PlannedHeads = {
  number: 1,
  branch: 'topic-1',
  heads: [
    { commit: 'old', hunks: 2, faults: ['fault1x1x0x0'] },
    { commit: 'new', hunks: 4, faults: ['fault1x1x0x0', 'fault1x1x1x0'] },
  ],
}

/** The first head was reviewed before the second came. */
const good: Shown = {
  number: 1,
  open: true,
  checkRuns: [
    { head: 'old', conclusion: 'neutral' },
    { head: 'new', conclusion: 'neutral' },
  ],
  reviews: [{ head: 'old' }, { head: 'new' }],
  comments: [
    { head: 'old', faults: ['fault1x1x0x0'] },
    { head: 'new', faults: ['fault1x1x1x0'] },
  ],
  summaries: [],
  receipts: new Map([['new', { outcome: 'reviewed', hunks: 4, findings: 2 }]]),
}

/** How often what is wrong, when this much is different. */
function wrong(different: Partial<Shown>, journal: readonly Noted[] = []): Record<string, number> {
  const { lost, duplicated, stale, unaccounted } = judgeRun([planned], [{ ...good, ...different }], journal)
  const counts = Object.entries({ lost, duplicated, stale, unaccounted }).map(
    ([kind, faults]) => [kind, faults.length] as const,
  )
  return Object.fromEntries(counts.filter(([, count]) => count > 0))
}

test('a pull request that was reviewed as it should be is delivered', () => {
  expect(wrong({})).toEqual({})
  expect(judgeRun([planned], [good], [])).toMatchObject({ owed: 1, delivered: 1 })
})

test('an open head without a check run, or with one that gave up, is lost', () => {
  expect(wrong({ checkRuns: [{ head: 'old', conclusion: 'neutral' }] })).toEqual({ lost: 1 })
  expect(wrong({ checkRuns: [{ head: 'new', conclusion: 'failure' }] })).toEqual({ lost: 1 })
})

test('a closed pull request is owed nothing', () => {
  const nothing = { checkRuns: [], reviews: [], comments: [], receipts: new Map() }
  expect(wrong({ open: false, ...nothing })).toEqual({})
})

test('a second review, check run, summary or comment is seen, on every head', () => {
  expect(wrong({ reviews: [...good.reviews, { head: 'old' }] })).toEqual({ duplicated: 1 })
  expect(wrong({ checkRuns: [...good.checkRuns, { head: 'new', conclusion: 'neutral' }] })).toEqual({
    duplicated: 1,
  })
  expect(wrong({ comments: [...good.comments, { head: 'new', faults: ['fault1x1x1x0'] }] })).toEqual({
    duplicated: 1,
  })
  expect(wrong({ summaries: [{ faults: [] }, { faults: [] }] })).toEqual({ duplicated: 1 })
})

test('a fault that nobody says, and a receipt that does not add up, are unaccounted for', () => {
  expect(wrong({ comments: good.comments.slice(0, 1) })).toEqual({ unaccounted: 1 })
  expect(wrong({ comments: good.comments.slice(0, 1), summaries: [{ faults: ['fault1x1x1x0'] }] })).toEqual(
    {},
  )
  const receipt = { outcome: 'reviewed', hunks: 4, findings: 2 }
  expect(wrong({ receipts: new Map() })).toEqual({ unaccounted: 1 })
  expect(wrong({ receipts: new Map([['new', { ...receipt, hunks: 3 }]]) })).toEqual({ unaccounted: 1 })
  expect(wrong({ receipts: new Map([['new', { ...receipt, findings: 1 }]]) })).toEqual({ unaccounted: 1 })
})

test('a write for a head is stale once a newer one, or the end of the pull request, was known', () => {
  const wrote = (at: number): Noted => ({ kind: 'wrote', at, what: 'review', head: 'old' })
  const newer: Noted = { kind: 'told', at: 1_000, number: 1, head: 'new', open: true }
  expect(wrong({}, [newer, wrote(9_000)])).toEqual({ stale: 1 })
  expect(wrong({}, [{ ...newer, kind: 'read', head: 'old', open: false }, wrote(9_000)])).toEqual({
    stale: 1,
  })
  expect(wrong({}, [wrote(500), newer])).toEqual({})
  // Under way when it became known.
  expect(wrong({}, [newer, wrote(1_100)])).toEqual({})
  // An older head that is told late is no news, nor is another pull request.
  expect(wrong({}, [{ ...newer, head: 'old' }, { ...newer, number: 2 }, wrote(9_000)])).toEqual({})
})
