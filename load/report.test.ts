import { expect, test } from 'vitest'
import { aimsOf, type Aim } from './aims.ts'
import { ticks } from './chart.ts'
import type { LoadReport } from './load-report.ts'
import type { LevelReport } from './measure-level.ts'
import { renderHtml } from './report-html.ts'
import { renderMarkdown } from './report-markdown.ts'

const figures = { count: 2, p50: 900, p95: 1_000, p99: 1_000, max: 1_000 }
const level: LevelReport = {
  prs: 50,
  overMs: 0,
  tookMs: 1_500,
  reviewsPerMinute: 80,
  acknowledgement: { ...figures, p50: 5, p99: 40 },
  endToEnd: figures,
  ideal: { ...figures, p95: 800 },
  toIdeal: 1.25,
  deliveries: { sent: 50, redelivered: 0, refused: 0 },
  owed: 50,
  delivered: 49,
  faults: ['lost: #7: <nothing> stands on its head'],
  errorRate: 0.02,
  deadLetters: 1,
  runs: { completed: 49, failed: 1 },
  transientFaults: { struck: 4, recovered: 3, rate: 0.75 },
  calls: { readsPerReview: 5, writesPerReview: 2, byKind: { 'GET /pulls/…': 100 } },
  cache: { hits: 1, asked: 4, hitRate: 0.25 },
  pushTokenShare: 0.1,
  model: { questions: 600, mostAtOnce: 100 },
  processes: { serve: { meanCpu: 0.2, maxMegabytes: 140, maxHandles: 30, maxSockets: 12 } },
  endToEndMs: [900, 1_000],
  idealMs: [800, 800],
  depths: [{ atMs: 250, ready: 40, delayed: 0, leased: 10 }],
  samples: { serve: [{ atMs: 500, cpu: 0.2, megabytes: 140, handles: 30, sockets: 12 }] },
}
const options: LoadReport['options'] = {
  prs: [50],
  workers: 2,
  concurrency: 50,
  unitConcurrency: 10,
  modelConcurrency: 200,
  modelLatency: 300,
  githubLatency: 50,
  effort: 'standard',
  sizes: 'fixed',
  over: 0,
  pushes: 0,
  redeliveries: 0,
  modelLimits: 0,
  githubErrors: 0,
  githubLimits: 0,
  contentLimits: false,
  seed: '1',
}

test('an aim is missed where the figure is beyond it, and met on the edge', () => {
  const missed = aimsOf(level, options).filter(({ outcome }) => outcome === 'missed')
  expect(missed.map(({ what }) => what)).toEqual([
    'every owed review is there, exactly once',
    'reads of GitHub for a review',
    'transient faults recovered',
  ])
})

test('of what did not happen nothing is met: it was not measured', () => {
  const aims = aimsOf(
    {
      ...level,
      acknowledgement: undefined,
      endToEnd: undefined,
      toIdeal: undefined,
      calls: { readsPerReview: undefined, writesPerReview: undefined, byKind: {} },
      transientFaults: { struck: 0, recovered: 0, rate: undefined },
      pushTokenShare: undefined,
    },
    options,
  )
  expect(aims.filter(({ outcome }) => outcome === 'met')).toEqual([])
  expect(aims.filter(({ outcome }) => outcome === 'not measured')).toHaveLength(7)
})

test('a review is there within one and a half second where the ideal one is', () => {
  const soon = (endToEnd: number, ideal: number): string | undefined =>
    aimsOf(
      { ...level, endToEnd: { ...figures, p95: endToEnd }, ideal: { ...figures, p95: ideal } },
      options,
    ).find(({ what }) => what === 'end to end p95')?.outcome
  expect(soon(1_499, 1_400)).toBe('met')
  expect(soon(1_500, 1_400)).toBe('missed')
  expect(soon(1_700, 1_500)).toBe(undefined)
})

test('five hundred at once leave the memory of the product flat; that of the emulators is not asked for', () => {
  const aimOf = (most: number, count: number, prs = 500): Aim | undefined => {
    const samples = Array.from({ length: count }, (_, index) => ({
      atMs: index * 500,
      cpu: 1,
      handles: 30,
      sockets: 12,
      megabytes: 100 + (index / (count - 1)) * (most - 100),
    }))
    return aimsOf({ ...level, prs, samples: { serve: samples, github: samples } }, options).find(
      ({ what }) => what === 'memory of the product',
    )
  }
  expect(aimOf(120, 41)).toMatchObject({ outcome: 'met', measured: 'serve: 108 → 118 MB' })
  expect(aimOf(300, 41)?.outcome).toBe('missed')
  expect(aimOf(300, 5)?.outcome).toBe('not measured')
  expect(aimOf(300, 41, 100)).toBe(undefined)
})

test('what is made to wait has no aim for how long it takes', () => {
  const named = (changes: Partial<typeof options>): string[] =>
    aimsOf(level, { ...options, ...changes }).map(({ what }) => what)
  expect(named({})).toContain('end to end p95, in ideal ones')
  expect(named({ contentLimits: true })).not.toContain('end to end p95, in ideal ones')
})

test('the table has a row for each level', () => {
  const lines = renderMarkdown([level, { ...level, prs: 100, faults: [], delivered: 50 }]).split('\n')
  expect(lines).toHaveLength(4)
  expect(lines[2]).toContain('| 50 | 5 / 40 ms | 0.90 / 1.00 / 1.00 s | 0.80 s | 1.25 |')
  expect(lines[2]).toContain('50 / 49, 1 faults')
  expect(lines[3]).toContain('50 / 50 |')
})

test('the table shows a dash for what was not measured', () => {
  const [, , row] = renderMarkdown([
    { ...level, endToEnd: undefined, toIdeal: undefined, pushTokenShare: undefined },
  ]).split('\n')
  expect(row).toContain('| – / – / – s | 0.80 s | – |')
  expect(row).toMatch(/\| – \|$/)
})

test('the page stands alone: no script, nothing fetched, every text escaped', () => {
  const page = renderHtml({
    benchmark: 'load',
    date: '2026-01-02T03:04:05.000Z',
    machine: '2 cores',
    command: 'npm run load',
    options,
    levels: [level],
    growth: [],
    passed: false,
  })
  expect(page).not.toMatch(/<script|\bsrc=|href=|@import|url\(/)
  expect(page).toContain('lost: #7: &lt;nothing&gt; stands on its head')
  expect(page).toContain('prefers-color-scheme: dark')
  expect(page.match(/<svg/g)).toHaveLength(4)
})

test.each([
  [7, [0, 2, 4, 6, 8]],
  [100, [0, 20, 40, 60, 80, 100]],
  [0.3, [0, 0.1, 0.2, 0.3]],
  [1_234, [0, 500, 1_000, 1_500]],
])('an axis to %d has round ticks', (most, expected) => {
  expect(ticks(most)).toEqual(expected)
})
