import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { microDollars } from '../budget/money.ts'
import type { CommitId } from '../github/github.ts'
import type { Finding } from './finding.ts'
import type { Receipt } from './receipt.ts'
import { RunLostError, type Intent, type RunStore, type StartedRun } from './run-store.ts'
import type { RunId, RunState } from './run.ts'

export interface RunStoreUnderTest {
  readonly store: RunStore
  /** The same with a limit of runs of one repository. */
  readonly limitedTo: (runsOfRepository: number) => RunStore
  /** Makes a queued run of pull request octo/hello#`number`, or of another repository. Later ones are younger. */
  readonly addRun: (number: number, head: string, repository?: string) => Promise<RunId>
  /** Ends a run as a newer head does. */
  readonly supersede: (id: RunId) => Promise<void>
  /** What was kept of a run. */
  readonly look: (id: RunId) => Promise<RunSeen>
  readonly clear: () => Promise<void>
  readonly close: () => Promise<void>
}

export interface RunSeen {
  readonly state: RunState
  readonly reason: string
  readonly ended: boolean
  /** Of its pull request. */
  readonly status: string
  /** `attempt step detail` */
  readonly events: readonly { attempt: number; step: string; detail: object }[]
  readonly calls: readonly {
    attempt: number
    unit: string
    input_tokens: number
    latency_ms: number
    detail: string
    source: string
    cost: number | null
    lookup: string | null
    key: string | null
    parts: object | null
  }[]
  /** In their order. */
  readonly findings: readonly { id: string; verdict: string; side: string | null; title: string }[]
  readonly receipts: readonly { outcome: string; hunks_read: number; files: object }[]
  readonly comments: readonly {
    finding_id: string
    line_number: number | null
    comment_text: string
    github_id: number | null
  }[]
}

/** What every adapter of the run store promises. */
export function runStoreContract(open: () => Promise<RunStoreUnderTest>): void {
  let opened: RunStoreUnderTest
  let store: RunStore
  beforeAll(async () => {
    opened = await open()
    store = opened.store
  })
  afterEach(() => opened.clear())
  afterAll(() => opened.close())

  const head = 'a'.repeat(40)
  const baseCommit = 'b'.repeat(40) as CommitId // forty digits
  async function startRun(number = 1): Promise<StartedRun> {
    return start(await opened.addRun(number, head))
  }
  /** Starts an attempt whose hold is over at once, so that others may start. */
  async function start(id: RunId, how: { readonly holdMs?: number; readonly afresh?: boolean } = {}) {
    const taken = await store.start(id, { holdMs: 0, ...how })
    if (taken.kind !== 'started') throw new Error(`the run is ${taken.kind}`)
    return taken.run
  }

  const inline: Finding = {
    id: 'inline',
    source: { kind: 'model', model: 'openai/gpt' },
    path: 'src/naïve file.ts',
    anchor: { side: 'RIGHT', startLine: 3, endLine: 5 },
    severity: 'high',
    category: 'bug',
    title: 'Off by one 🎩',
    explanation: "With an empty list → \"\\ 'quoted'\n\tsecond line",
    evidence: 'for (;;) {}\r',
    replacement: '',
    confidence: 0.1 + 0.2,
    verdict: { kind: 'posted', place: 'inline' },
    fingerprint: 'inline-print',
    worth: 0.7,
    verification: {
      verdict: 'confirmed',
      reason: 'Nothing guards the empty list.',
      model: 'openai/gpt',
      certainty: 0.9,
      claimed: 'medium',
    },
  }
  const merged: Finding = {
    id: 'merged',
    source: { kind: 'analyser', analyser: 'ruff', rule: 'F821' },
    path: 'a.py',
    severity: 'low',
    category: 'other',
    title: 'undefined name',
    explanation: '',
    evidence: '',
    confidence: 1,
    verdict: { kind: 'merged', into: 'inline' },
    fingerprint: 'merged-print',
  }
  const dropped: Finding = {
    ...merged,
    id: 'dropped',
    verdict: { kind: 'dropped', reason: 'outside-diff', detail: 'line 7' },
    fingerprint: 'dropped-print',
  }
  const findings = [inline, merged, dropped]
  const receipt: Receipt = {
    outcome: 'reviewed',
    reader: { model: 'openai/gpt', analysers: ['ruff', 'oxlint'] },
    hunks: { read: 5, 'from-cache': 1, skipped: 2, 'over-budget': 0, failed: 0 },
    files: [
      { path: 'src/naïve file.ts', hunks: { read: 5, 'from-cache': 1 } },
      { path: 'package-lock.json', hunks: { skipped: 2 }, reason: 'lock file' },
    ],
    findings: { posted: 1, merged: 1, dropped: 1 },
  }
  const failed: Receipt = {
    outcome: 'failed',
    reason: 'gave up after 4 attempts',
    reader: { analysers: [] },
    hunks: { read: 0, 'from-cache': 0, skipped: 0, 'over-budget': 0, failed: 0 },
    files: [],
    findings: { posted: 0, merged: 0, dropped: 0 },
  }
  const decided = { baseCommit, findings, receipt }

  test('a queued run is taken up as running, with everything that names it', async () => {
    const id = await opened.addRun(12, head)
    expect(await start(id)).toEqual({
      id,
      repository: 'octo/hello',
      pullRequest: 12,
      installationId: 77,
      head,
      baseBranch: 'main',
      state: 'running',
      attempt: 1,
    })
    expect(await opened.look(id)).toMatchObject({ state: 'running', status: 'processing', ended: false })
  })

  test('each start is one attempt later, however many come at once', async () => {
    const id = await opened.addRun(1, head)
    const runs = await Promise.all(Array.from({ length: 8 }, () => start(id)))
    expect(runs.map(({ attempt }) => attempt).toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
  })

  test('an unknown run and one that has ended are not started', async () => {
    expect(await store.start('unknown' as RunId, { holdMs: 0 })).toEqual({ kind: 'unknown' })
    const run = await startRun()
    await store.end(run, { state: 'failed', receipt: failed })
    expect(await store.start(run.id, { holdMs: 0 })).toEqual({ kind: 'ended' })
  })

  test('a failed run is taken up again when that is asked for, where it stopped', async () => {
    const early = await startRun(1)
    await store.end(early, { state: 'failed', receipt: failed })
    expect(await start(early.id, { afresh: true })).toEqual({ ...early, attempt: 2 })
    expect(await opened.look(early.id)).toMatchObject({
      state: 'running',
      reason: '',
      ended: false,
      receipts: [],
      events: [{ step: 'taken-up-again' }],
    })

    const late = await startRun(2)
    await store.decide(late, decided)
    await store.end(late, { state: 'failed', receipt: failed })
    expect(await start(late.id, { afresh: true })).toEqual({ ...late, attempt: 2, state: 'posting', decided })

    const done = await startRun(3)
    await store.end(done, { state: 'completed', receipt })
    expect(await store.start(done.id, { holdMs: 0, afresh: true })).toEqual({ kind: 'ended' })
  })

  describe('of one pull request', () => {
    const hour = 3_600_000

    test('one attempt at a time is at work, of this run or another', async () => {
      const first = await start(await opened.addRun(1, head), { holdMs: hour })
      const second = await opened.addRun(1, 'c'.repeat(40))
      expect(await store.start(first.id, { holdMs: hour })).toEqual({ kind: 'busy' })
      expect(await store.start(second, { holdMs: hour })).toEqual({ kind: 'busy' })
      expect(await opened.look(second)).toMatchObject({ state: 'queued' })
      const other = await opened.addRun(2, head)
      expect(await store.start(other, { holdMs: hour })).toMatchObject({ kind: 'started' })
    })

    test('of many who start at once, one does', async () => {
      const ids = [await opened.addRun(1, head), await opened.addRun(1, 'c'.repeat(40))]
      const taken = await Promise.all([...ids, ...ids].map((id) => store.start(id, { holdMs: hour })))
      expect(taken.map(({ kind }) => kind).toSorted()).toEqual(['busy', 'busy', 'busy', 'started'])
    })

    test('the next one starts when the first lets go', async () => {
      const first = await start(await opened.addRun(1, head), { holdMs: hour })
      const second = await opened.addRun(1, 'c'.repeat(40))
      await store.release(first)
      expect(await start(second, { holdMs: hour })).toMatchObject({ id: second, attempt: 1 })
      // That it lets go once more takes nothing from the next one.
      await store.release(first)
      expect(await store.start(first.id, { holdMs: hour })).toEqual({ kind: 'busy' })
    })

    test('one that was superseded holds it until it has come to its end', async () => {
      const first = await start(await opened.addRun(1, head), { holdMs: hour })
      const second = await opened.addRun(1, 'c'.repeat(40))
      expect(await store.keep(first, hour)).toBe(true)
      await opened.supersede(first.id)
      expect(await store.start(second, { holdMs: hour })).toEqual({ kind: 'busy' })
      expect(await store.keep(first, hour)).toBe(false)
      await store.release(first)
      expect(await store.start(second, { holdMs: hour })).toMatchObject({ kind: 'started' })
    })

    test('one that says nothing for its time is taken for dead, and may not come back', async () => {
      const first = await start(await opened.addRun(1, head), { holdMs: 0 })
      expect(await store.keep(first, 0)).toBe(true)
      const second = await start(await opened.addRun(1, 'c'.repeat(40)), { holdMs: hour })
      expect(await store.keep(first, hour)).toBe(false)
      expect(await store.keep(second, hour)).toBe(true)
    })
  })

  test('what was decided comes back exactly, to the attempt that has to post it', async () => {
    const run = await startRun()
    await store.decide(run, decided)
    expect(await opened.look(run.id)).toMatchObject({
      state: 'posting',
      findings: [
        { id: 'inline', verdict: 'posted', side: 'RIGHT', title: 'Off by one 🎩' },
        { id: 'merged', verdict: 'merged', side: null },
        { id: 'dropped', verdict: 'dropped' },
      ],
    })
    expect(await start(run.id)).toEqual({ ...run, attempt: 2, state: 'posting', decided })
  })

  test('a decision can be changed while posting', async () => {
    const run = await startRun()
    await store.decide(run, decided)
    const moved: Finding = { ...inline, verdict: { kind: 'posted', place: 'summary' } }
    await store.decide(run, { ...decided, findings: [moved] })
    expect((await opened.look(run.id)).findings.map(({ id }) => id)).toEqual(['inline'])
    expect((await start(run.id)).decided?.findings).toEqual([moved])
  })

  test('text that the database cannot keep does not stop a review', async () => {
    const run = await startRun()
    const odd: Finding = { ...inline, evidence: 'NUL \0 and half a \uD83C hat' }
    await store.decide(run, { ...decided, findings: [odd] })
    expect((await start(run.id)).decided?.findings[0]?.evidence).toBe('NUL \uFFFD and half a \uFFFD hat')
  })

  test('a run ends once, with its receipt and the last form of its findings', async () => {
    const run = await startRun()
    await store.decide(run, decided)
    await store.end(run, { state: 'completed', receipt, findings: [inline] })
    expect(await opened.look(run.id)).toMatchObject({
      state: 'completed',
      ended: true,
      status: 'completed',
      receipts: [{ outcome: 'reviewed', hunks_read: 5, files: receipt.files }],
      findings: [{ id: 'inline' }],
    })
    await expect(store.end(run, { state: 'failed', receipt: failed })).rejects.toThrow(RunLostError)
    expect((await opened.look(run.id)).receipts).toHaveLength(1)
  })

  test('a failed run says why, and keeps the findings it had', async () => {
    const run = await startRun()
    await store.decide(run, decided)
    await store.end(run, { state: 'failed', receipt: failed })
    const seen = await opened.look(run.id)
    expect(seen).toMatchObject({ state: 'failed', status: 'failed', reason: 'gave up after 4 attempts' })
    expect(seen.findings).toHaveLength(3)
  })

  test('while a newer run is under way, the end of an older one does not settle the pull request', async () => {
    const older = await startRun()
    await opened.addRun(1, 'c'.repeat(40))
    await store.end(older, { state: 'superseded', receipt: { ...failed, outcome: 'superseded' } })
    expect(await opened.look(older.id)).toMatchObject({ state: 'superseded', status: 'processing' })
  })

  /** Everything that an attempt may write, each of which must be refused once the run is lost. */
  const writes: Readonly<Record<string, (run: StartedRun) => Promise<unknown>>> = {
    record: (run) => store.record(run, { step: 'gathered', detail: {} }),
    recordCall: (run) => store.recordCall(run, call),
    decide: (run) => store.decide(run, decided),
    intend: (run) => store.intend(run, 'review', 'lost-marker'),
    intent: (run) => store.intent(run, 'review', 'lost-marker'),
    answered: (run) => store.answered(run, 'review', 'lost-marker'),
    posted: (run) => store.posted(run, 'summary', 'lost-marker', 9),
    recordComments: (run) => store.recordComments(run, [{ findingId: 'inline', path: 'a', body: 'b' }]),
    end: (run) => store.end(run, { state: 'completed', receipt }),
  }
  const call = {
    purpose: 'find',
    unit: 'src/a.ts',
    model: 'openai/gpt',
    usage: { inputTokens: 5_000_000_000, cachedInputTokens: 3, outputTokens: 2 },
    latencyMs: 12.5,
    outcome: 'answered',
    detail: 'stop',
    source: 'cache',
    cost: microDollars(4_000_000_000),
    cache: { lookup: 'hit', key: 'c'.repeat(64), parts: { rules: 'a1', 'prompt: hunks': 'b2' } },
  } as const

  test.each(Object.keys(writes))(
    '%s is refused to an attempt that another one took over from',
    async (name) => {
      const stale = await startRun()
      await start(stale.id)
      await expect(writes[name]?.(stale)).rejects.toThrow(RunLostError)
      const seen = await opened.look(stale.id)
      expect(seen).toMatchObject({
        state: 'running',
        events: [],
        calls: [],
        findings: [],
        receipts: [],
        comments: [],
      })
    },
  )

  test.each(Object.keys(writes))('%s is refused once a newer head superseded the run', async (name) => {
    const run = await startRun()
    await opened.supersede(run.id)
    await expect(writes[name]?.(run)).rejects.toThrow(RunLostError)
    expect(await opened.look(run.id)).toMatchObject({ state: 'superseded', findings: [], comments: [] })
  })

  test('steps and calls are kept in their order, under their attempt', async () => {
    const first = await startRun()
    await store.record(first, { step: 'started', detail: { attempt: 1, whole: true, by: 'tester' } })
    const second = await start(first.id)
    await store.record(second, { step: 'started', detail: {} })
    await store.recordCall(second, call)
    const seen = await opened.look(first.id)
    expect(seen.events).toEqual([
      { attempt: 1, step: 'started', detail: { attempt: 1, whole: true, by: 'tester' } },
      { attempt: 2, step: 'started', detail: {} },
    ])
    expect(seen.calls).toEqual([
      {
        attempt: 2,
        unit: 'src/a.ts',
        input_tokens: 5_000_000_000,
        latency_ms: 12.5,
        detail: 'stop',
        source: 'cache',
        cost: 4_000_000_000,
        lookup: 'hit',
        key: 'c'.repeat(64),
        parts: { rules: 'a1', 'prompt: hunks': 'b2' },
      },
    ])
  })

  test('an intent is new once, intended until it stands, and done with its id from then on', async () => {
    const run = await startRun()
    expect(await store.intent(run, 'review', 'm')).toEqual({ kind: 'new' })
    expect(await store.intend(run, 'review', 'm')).toEqual({ kind: 'new' })
    expect(await store.intent(run, 'review', 'm')).toMatchObject({ kind: 'intended', answered: false })
    expect(await store.intend(run, 'check-run', 'm')).toEqual({ kind: 'new' })
    const next = await start(run.id)
    expect(await store.intend(next, 'review', 'm')).toMatchObject({ kind: 'intended', answered: false })
    await store.posted(next, 'review', 'm', 3_000_000_000)
    await store.posted(next, 'review', 'm', 3_000_000_000)
    expect(await store.intend(next, 'review', 'm')).toEqual({ kind: 'done', githubId: 3_000_000_000 })
    expect(await store.intent(next, 'review', 'm')).toEqual({ kind: 'done', githubId: 3_000_000_000 })
  })

  test('an intent grows older until it is made again, and knows whether its write came to an end', async () => {
    const run = await startRun()
    await store.intend(run, 'review', 'm')
    const first = ageOf(await store.intend(run, 'review', 'm'))
    expect(first).toBeGreaterThanOrEqual(0)
    // By the clock of the store: long enough for the next age to be told from this one on a busy machine.
    const older = async (): Promise<boolean> => ageOf(await store.intend(run, 'review', 'm')) > first + 1_000
    await expect.poll(older, { timeout: 20_000 }).toBe(true)

    await store.answered(run, 'review', 'm')
    expect(await store.intend(run, 'review', 'm')).toMatchObject({ kind: 'intended', answered: true })
    const third = ageOf(await store.intent(run, 'review', 'm'))
    expect(await store.intend(run, 'review', 'm', 'again')).toMatchObject({ kind: 'intended' })
    const again = await store.intent(run, 'review', 'm')
    expect(again).toMatchObject({ kind: 'intended', answered: false })
    expect(ageOf(again)).toBeLessThan(third)
  })

  test('of several intents at once, one is new', async () => {
    const run = await startRun()
    const intents = await Promise.all(Array.from({ length: 8 }, () => store.intend(run, 'review', 'm')))
    expect(intents.filter(({ kind }) => kind === 'new')).toHaveLength(1)
  })

  test('that a write stands is known to the next attempt, even when a lost one says so', async () => {
    const stale = await startRun()
    await store.intend(stale, 'review', 'm')
    const next = await start(stale.id)
    await expect(store.posted(stale, 'review', 'm', 5)).rejects.toThrow(RunLostError)
    expect(await store.intend(next, 'review', 'm')).toEqual({ kind: 'done', githubId: 5 })
  })

  test('comments are kept once for each finding, and learn their id later', async () => {
    const run = await startRun()
    const comment = { findingId: 'inline', path: 'a.ts', line: 5, body: 'Off by one' }
    await store.recordComments(run, [])
    await store.recordComments(run, [comment, { findingId: 'file', path: 'a.ts', body: 'Too large' }])
    await store.recordComments(run, [{ ...comment, githubId: 8 }, comment])
    await store.recordComments(run, [{ ...comment, githubId: 8 }])
    await store.recordComments(run, [comment])
    expect((await opened.look(run.id)).comments).toEqual([
      { finding_id: 'inline', line_number: 5, comment_text: 'Off by one', github_id: 8 },
      { finding_id: 'file', line_number: null, comment_text: 'Too large', github_id: null },
    ])
  })

  test('what earlier runs of the pull request posted was said before', async () => {
    const first = await startRun()
    await store.decide(first, decided)
    await store.end(first, { state: 'completed', receipt })
    const again = await start(await opened.addRun(1, 'c'.repeat(40)))
    expect(await store.saidBefore(again)).toEqual(new Set(['inline-print', 'merged-print']))
    expect(await store.saidBefore(first)).toEqual(new Set())
    const other = await start(await opened.addRun(2, head))
    expect(await store.saidBefore(other)).toEqual(new Set())
  })

  test('what was only decided was not said, unless the review reached GitHub', async () => {
    const first = await startRun()
    await store.decide(first, decided)
    await store.intend(first, 'review', 'm')
    const next = await start(await opened.addRun(1, 'c'.repeat(40)))
    expect(await store.saidBefore(next)).toEqual(new Set())
    await store.posted(first, 'review', 'm', 5)
    await opened.supersede(first.id)
    expect(await store.saidBefore(next)).toEqual(new Set(['inline-print', 'merged-print']))
  })

  describe('a run whose pull request GitHub shows in another state', () => {
    const later = new Date(Date.now() + 60_000)
    const shown = {
      head: 'b'.repeat(40) as CommitId, // well formed
      baseBranch: 'main',
      state: 'open',
      draft: false,
      locked: false,
      labels: ['ready', 'a,b'],
      updatedAt: later,
    } as const
    const superseded: Receipt = { ...failed, outcome: 'superseded', reason: 'a newer head came' }
    const way = { shown, isOwed: true, receipt: superseded }

    test('gives way to what stands there, which is owed once', async () => {
      const run = await startRun()
      expect(await store.giveWay(run, way)).toBe(true)
      expect(await opened.look(run.id)).toMatchObject({
        state: 'superseded',
        reason: 'a newer head came',
        receipts: [{ outcome: 'superseded' }],
        events: [{ step: 'superseded', detail: { reason: 'a newer head came' } }],
      })
      const [other, ...more] = await store.owed(10)
      expect(more).toEqual([])
      const { head, baseBranch } = shown
      const { repository, pullRequest } = run
      expect(other && (await start(other))).toMatchObject({ repository, pullRequest, head, baseBranch })
    })

    test('has it taken up again when it was superseded, and left alone when it ended otherwise', async () => {
      const other = await start(await opened.addRun(1, shown.head))
      await store.end(other, { state: 'superseded', receipt: superseded })
      await store.giveWay(await startRun(), way)
      expect(await store.owed(10)).toEqual([other.id])
      expect((await opened.look(other.id)).receipts).toEqual([])

      await store.end(await start(other.id), { state: 'completed', receipt })
      const third = await start(await opened.addRun(1, 'd'.repeat(40)))
      await store.giveWay(third, { ...way, shown: { ...shown, updatedAt: new Date(Date.now() + 120_000) } })
      expect(await store.owed(10)).toEqual([])
      expect(await opened.look(third.id)).toMatchObject({ state: 'superseded' })
    })

    test('owes nothing when that is closed', async () => {
      const run = await startRun()
      expect(await store.giveWay(run, { ...way, isOwed: false, shown: { ...shown, state: 'closed' } })).toBe(
        true,
      )
      expect(await store.owed(10)).toEqual([])
    })

    test('stays as it is when GitHub told us of a newer state before', async () => {
      const run = await startRun()
      const before = { ...shown, updatedAt: new Date('2020-01-01T00:00:00Z') }
      expect(await store.giveWay(run, { ...way, shown: before })).toBe(false)
      expect(await opened.look(run.id)).toMatchObject({ state: 'running', events: [], receipts: [] })
      expect(await store.owed(10)).toEqual([run.id])
    })

    test('stays as it is when a head that was reviewed already has the same date', async () => {
      const first = await startRun()
      await store.giveWay(first, way)
      const [other] = await store.owed(10)
      await store.end(await start(other ?? first.id), { state: 'completed', receipt })
      const newest = await start(await opened.addRun(1, 'd'.repeat(40)))
      expect(await store.giveWay(newest, way)).toBe(false)
      expect(await opened.look(newest.id)).toMatchObject({ state: 'running' })
    })

    test('is not touched by an attempt that lost it', async () => {
      const stale = await startRun()
      await start(stale.id)
      await expect(store.giveWay(stale, way)).rejects.toThrow(RunLostError)
      expect(await store.owed(10)).toEqual([stale.id])
    })
  })

  test('runs without an end are owed, oldest first', async () => {
    const ids = [
      await opened.addRun(1, head),
      await opened.addRun(2, head),
      await opened.addRun(3, head),
    ] as const
    const second = await start(ids[1])
    const third = await start(ids[2])
    await store.decide(third, decided)
    await store.end(second, { state: 'skipped', receipt: { ...failed, outcome: 'skipped' } })
    expect(await store.owed(10)).toEqual([ids[0], ids[2]])
    expect(await store.owed(1)).toEqual([ids[0]])
    expect(await store.owed(10, ids[0])).toEqual([ids[2]])
    expect(await store.owed(10, ids[1])).toEqual([ids[2]])
    expect(await store.owed(10, ids[2])).toEqual([])
  })

  describe('with a limit of four runs of a repository at once', () => {
    const quiet = 'octo/quiet'
    const receipt = { ...failed, outcome: 'skipped' } as const
    const addMany = async (from: number, to: number): Promise<RunId[]> => {
      const ids: RunId[] = []
      for (let number = from; number <= to; number++) ids.push(await opened.addRun(number, head))
      return ids
    }

    test('the oldest four are owed now, and so are those of another repository', async () => {
      const ids = await addMany(1, 7)
      const other = await opened.addRun(1, head, quiet)
      expect(await opened.limitedTo(4).owed(10)).toEqual([...ids.slice(0, 4), other])
    })

    test('each that ends gives its turn on', async () => {
      const limited = opened.limitedTo(4)
      const ids = await addMany(1, 7)
      const ended: RunId[] = []
      for (const id of ids) {
        const taken = await limited.start(id, { holdMs: 0 })
        if (taken.kind !== 'started') throw new Error(`the run is ${taken.kind}`)
        await limited.end(taken.run, { state: 'skipped', receipt })
        ended.push(id)
        const turns = await limited.turns(id)
        const left = ids.filter((other) => !ended.includes(other))
        // Where so few are left, nobody waits.
        expect(turns).toEqual(left.length > 2 ? left.slice(0, 4) : [])
      }
    })

    test('who was started before goes on, whatever its place', async () => {
      const limited = opened.limitedTo(4)
      const ids = await addMany(1, 6)
      const last = ids.at(-1)
      if (last === undefined) throw new Error('there are six')
      await start(last)
      expect(await limited.owed(10)).toEqual([...ids.slice(0, 4), last])
      expect(await limited.turns(last)).toEqual(ids.slice(0, 4))
    })
  })
}

function ageOf(intent: Intent): number {
  if (intent.kind !== 'intended') throw new Error(`the intent is ${intent.kind}`)
  return intent.ageMs
}
