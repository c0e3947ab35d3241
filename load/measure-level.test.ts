import { expect, test } from 'vitest'
import { measureLevel, type LevelReport } from './measure-level.ts'
import type { LevelObservations } from './play-level.ts'

const bounds = {
  workers: 1,
  concurrency: 10,
  unitConcurrency: 10,
  modelConcurrency: 10,
  modelLatency: 300,
  githubLatency: 50,
  effort: 'standard',
} as const

const [first, pushed, last] = ['a', 'b', 'c'].map((letter) => letter.repeat(40)) as [string, string, string]
const file = { path: 'a.ts', before: '', after: '', hunks: 2, faults: ['fault1x1x0x0'] }
const run = { number: 1, state: 'completed', paidCalls: 2, cachedCalls: 0, cachedTokens: 0, failedCalls: 0 }
const sent = { repository: 'load/level-1', number: 1, action: 'opened', redelivery: false, status: 202 }

/** One pull request: opened, pushed to, and pushed to at the end, when all was quiet. */
const seen: LevelObservations = {
  level: { index: 1, prs: 1, overMs: 0 },
  plan: [{ number: 1, files: [file], pushes: 2, openedAtMs: 0, pushedAfterMs: 400, pushedAtEnd: true }],
  heads: [
    {
      number: 1,
      branch: 'topic-1',
      heads: [first, pushed, last].map((commit) => ({ commit, hunks: 2, faults: file.faults })),
    },
  ],
  sent: [
    { ...sent, head: first, sentAt: 10_000, answeredMs: 8 },
    { ...sent, head: first, sentAt: 10_200, answeredMs: 4, redelivery: true },
    { ...sent, head: pushed, sentAt: 10_400, answeredMs: 12, action: 'synchronize' },
    { ...sent, head: last, sentAt: 30_000, answeredMs: 6, action: 'synchronize' },
  ],
  reviews: [
    { number: 1, head: pushed, postedAt: 11_600 },
    { number: 1, head: last, postedAt: 30_900 },
  ],
  runs: [
    { ...run, head: first, state: 'superseded', paidTokens: 300 },
    { ...run, head: pushed, paidTokens: 1_000 },
    { ...run, head: last, paidTokens: 100, paidCalls: 1, cachedCalls: 9, cachedTokens: 900 },
  ],
  requests: [
    { method: 'GET', path: '/repos/load/level-1/pulls/1', at: '', status: 200 },
    { method: 'GET', path: '/repos/load/level-1/pulls/1/files?per_page=100', at: '', status: 200 },
    { method: 'POST', path: '/repos/load/level-1/pulls/1/reviews', at: '', status: 200 },
  ],
  model: { questions: 5, mostAtOnce: 2, limited: ['1/1', '0/3'] },
  samples: new Map(),
  depths: [],
  deadLetters: 0,
  outcome: { owed: 1, delivered: 1, lost: [], duplicated: [], stale: [], unaccounted: [] },
  tookMs: 30_000,
}

function check(changes: Partial<LevelObservations> = {}): LevelReport {
  return measureLevel({ ...seen, ...changes }, bounds)
}

test('a review is timed from the first delivery of its head; the push at the end is not counted', () => {
  expect(check().endToEndMs).toEqual([1_200])
  expect(check().reviewsPerMinute).toBe(2)
})

test('ideally a unit with a fault takes two questions, and GitHub four calls in a row', () => {
  expect(check().ideal?.p95).toBe(50 + 600 + 150)
  expect(check().toIdeal).toBe(1_200 / 800)
})

test('what a push at the end pays is compared with the review before it, not with one that gave way', () => {
  expect(check().pushTokenShare).toBe(0.1)
})

test('a push at the end that was not reviewed is not one that cost nothing', () => {
  const failed = seen.runs.map((one) =>
    one.head === last ? { ...one, state: 'failed', paidTokens: 0 } : one,
  )
  expect(check({ runs: failed }).pushTokenShare).toBe(undefined)
  expect(check({ runs: seen.runs.slice(0, 2) }).pushTokenShare).toBe(undefined)
})

test('where nothing happened there is no figure', () => {
  const nothing = check({ reviews: [], runs: [], model: { questions: 0, mostAtOnce: 0, limited: [] } })
  expect(nothing).toMatchObject({ endToEnd: undefined, toIdeal: undefined, pushTokenShare: undefined })
  expect(nothing.calls).toMatchObject({ readsPerReview: undefined, writesPerReview: undefined })
  expect(nothing.transientFaults).toEqual({ struck: 0, recovered: 0, rate: undefined })
  expect(nothing.cache).toEqual({ hits: 0, asked: 0, hitRate: undefined })
})

test('calls are counted by kind, without what differs from one pull request to another', () => {
  expect(check().calls).toEqual({
    readsPerReview: 2,
    writesPerReview: 1,
    byKind: { 'GET /pulls/…': 1, 'GET /pulls/…/files': 1, 'POST /pulls/…/reviews': 1 },
  })
})

test('a struck pull request is recovered when nothing of it is missing', () => {
  expect(check().transientFaults).toEqual({ struck: 1, recovered: 1, rate: 1 })
  const outcome = { ...seen.outcome, delivered: 0, lost: ['#1: nothing stands on its head'] }
  expect(check({ outcome }).transientFaults).toEqual({ struck: 1, recovered: 0, rate: 0 })
  expect(check({ outcome }).errorRate).toBe(1)
  expect(check({ outcome }).faults).toEqual(['lost: #1: nothing stands on its head'])
})

test('a delivery that is not answered with 2xx is counted', () => {
  expect(check().deliveries).toEqual({ sent: 4, redelivered: 1, refused: 0 })
  const refused = seen.sent.map((one, at) => (at === 1 ? { ...one, status: 503 } : one))
  expect(check({ sent: refused }).deliveries.refused).toBe(1)
})

test('cache hits are counted in questions that were answered', () => {
  expect(check().cache).toEqual({ hits: 9, asked: 14, hitRate: 9 / 14 })
})
