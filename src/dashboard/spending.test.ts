import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { testDatabases, type TestDatabase } from '../../test/databases.ts'
import { createManualClock } from '../../test/manual-clock.ts'
import { openTestServer, type ServerUnderTest } from '../../test/server-under-test.ts'
import { startTestRun } from '../../test/start-test-run.ts'
import { createPostgresBudget } from '../budget/budget.postgres.ts'
import { accountsFor, type Caps } from '../budget/caps.ts'
import { microDollars } from '../budget/money.ts'
import { openSpendingRecord } from '../budget/spending-record.postgres.ts'
import type { CacheNote } from '../llm/model.ts'
import { statement } from '../postgres/database.ts'
import type { ModelCall } from '../review/model-call.ts'
import { openRunStore } from '../review/run-store.postgres.ts'
import type { StartedRun } from '../review/run-store.ts'

const hostile = `<script>alert(1)</script>"'>`
const noon = new Date('2026-03-10T12:00:00Z')
const setCallTimes = statement<never>(
  'test-set-call-times',
  'update llm_calls set created_at = $2 where run_id = $1',
)
const setEventTimes = statement<never>('test-set-event-times', 'update run_events set at = $1')
const setRunTimes = statement<never>('test-set-run-times', 'update review_runs set created_at = $1')
const dollars = (amount: number) => microDollars(amount * 1_000_000)
const caps: Caps = {
  day: { money: dollars(10), tokens: 1_000_000 },
  month: { money: dollars(100) },
  repository: { money: dollars(5) },
  run: { money: dollars(1) },
}
const note = (lookup: CacheNote['lookup']): { cache: CacheNote } => ({
  cache: { lookup, key: 'a'.repeat(64), parts: {} },
})

for (const kind of testDatabases()) {
  describe.skipIf(kind.missing)(`what was spent, on ${kind.name}`, () => {
    let opened: TestDatabase
    let server: ServerUnderTest
    let uncapped: ServerUnderTest
    beforeAll(async () => {
      opened = await kind.open()
      const spending = openSpendingRecord(opened.database)
      const clock = createManualClock(noon)
      server = await openTestServer({ spending, caps, clock })
      uncapped = await openTestServer({ spending, clock })
    })
    beforeEach(() => opened.database.script('truncate pull_requests, budgets cascade'))
    afterAll(async () => {
      await server.close()
      await uncapped.close()
      await opened.drop()
    })

    const startRun = (repository: string, title?: string): Promise<StartedRun> =>
      startTestRun(opened.database, repository, title)

    /** Questions of a run at a time, each of 1,000 tokens. */
    async function ask(run: StartedRun, at: string, ...calls: readonly Partial<ModelCall>[]): Promise<void> {
      for (const call of calls) {
        await openRunStore(opened.database).recordCall(run, {
          purpose: 'find',
          unit: 'src/a.ts',
          model: 'openai/large',
          usage: { inputTokens: 900, cachedInputTokens: 0, outputTokens: 100 },
          source: call.cache?.lookup === 'hit' || call.cache?.lookup === 'wait' ? 'cache' : 'model',
          latencyMs: 1,
          outcome: 'answered',
          detail: 'stop',
          ...call,
        })
      }
      await opened.database.run(setCallTimes, run.id, new Date(at))
    }
    const failed: Partial<ModelCall> = {
      outcome: 'failed',
      usage: { inputTokens: 0, cachedInputTokens: 0, outputTokens: 0 },
    }

    const page = async (path = '/spending', on = server): Promise<string> =>
      await (await fetch(on.url + path)).text()
    const json = async (query = ''): Promise<unknown> =>
      await (await fetch(`${server.url}/api/spending${query}`)).json()

    test('nothing was, without caps: the page says so, and what to set', async () => {
      const text = await page('/spending', uncapped)
      expect(text).toContain('No model was asked in these days')
      expect(text).toContain('CAP_PER_DAY')
      expect(await json()).toMatchObject({
        from: '2026-02-09T00:00:00.000Z',
        to: '2026-03-11T00:00:00.000Z',
        total: { tokens: { paid: 0, saved: 0 }, paid_micro_dollars: 0 },
        days: [],
        repositories: [],
        models: [],
        reserved: { questions: 0, micro_dollars: 0, tokens: 0 },
        runs_cut_short: { count: 0, newest: [] },
      })
    })

    test('is summed in all, by day, by repository and by model, with what the cache saved', async () => {
      const cost = dollars(0.5)
      await ask(
        await startRun('octo/hello'),
        '2026-03-10T00:00:00Z',
        { cost, ...note('miss') },
        { cost, ...note('hit') },
        { cost, ...note('wait') },
        failed,
      )
      await ask(
        await startRun('octo/other'),
        '2026-03-09T23:59:59.999Z',
        { cost: dollars(3), model: 'openai/small', ...note('error') },
        { cost, outcome: 'unusable' },
        { cost, ...note('bad-entry') },
      )
      const none = { hit: 0, wait: 0, miss: 0, bad_entry: 0, error: 0, without_cache: 0, failed: 0 }
      const hello = {
        questions: { ...none, miss: 1, hit: 1, wait: 1, failed: 1 },
        tokens: { paid: 1_000, saved: 2_000 },
        paid_micro_dollars: 500_000,
        saved_micro_dollars: 1_000_000,
        paid_without_price: 0,
        questions_without_price: 0,
      }
      const other = {
        questions: { ...none, error: 1, bad_entry: 1, without_cache: 1 },
        tokens: { paid: 3_000, saved: 0 },
        paid_micro_dollars: 4_000_000,
        saved_micro_dollars: 0,
      }
      expect(await json()).toMatchObject({
        total: { tokens: { paid: 4_000, saved: 2_000 }, paid_micro_dollars: 4_500_000 },
        days: [
          { day: '2026-03-10', ...hello },
          { day: '2026-03-09', ...other },
        ],
        repositories: [
          { repository: 'octo/other', ...other },
          { repository: 'octo/hello', ...hello },
        ],
        models: [
          { model: 'openai/small', paid_micro_dollars: 3_000_000 },
          { model: 'openai/large', paid_micro_dollars: 1_500_000, saved_micro_dollars: 1_000_000 },
        ],
      })
      const text = await page()
      for (const words of ['$4.50', '$1.00', '2 (33 %)', 'octo/hello', 'openai/small', '2026-03-09'])
        expect(text).toContain(words)
    })

    test('is that of whole days, the last one today, and of as many repositories as are asked for', async () => {
      const cost = dollars(1)
      await ask(await startRun('octo/old'), '2026-03-08T23:59:59.999Z', { cost })
      await ask(await startRun('octo/first'), '2026-03-09T00:00:00Z', { cost: dollars(2) })
      await ask(await startRun('octo/last'), '2026-03-10T23:59:59.999Z', { cost })
      await ask(await startRun('octo/later'), '2026-03-11T00:00:00Z', { cost })
      expect(await json('?days=2&limit=1')).toMatchObject({
        total: { paid_micro_dollars: 3_000_000 },
        days: [{ day: '2026-03-10' }, { day: '2026-03-09' }],
        repositories: [{ repository: 'octo/first' }],
      })
      expect(await page('/spending?days=1')).not.toContain('octo/first')
      for (const query of ['days=0', 'days=367', 'days=x', 'limit=0'])
        expect((await fetch(`${server.url}/api/spending?${query}`)).status).toBe(400)
      expect(await page('/spending?days=x')).toContain('octo/first')
    })

    test('is unknown where no price is, and never nothing', async () => {
      await ask(await startRun('octo/home'), '2026-03-10T01:00:00Z', { model: 'local/one' }, failed)
      expect(await json()).toMatchObject({
        total: { paid_micro_dollars: null, saved_micro_dollars: 0, questions_without_price: 1 },
        models: [
          { model: 'local/one', paid_micro_dollars: null },
          { model: 'openai/large', paid_micro_dollars: 0 },
        ],
      })
      expect(await page()).toContain('<dd>unknown</dd>')
      await ask(await startRun('octo/away'), '2026-03-10T01:00:00Z', { cost: dollars(2) })
      expect(await page()).toContain('<dd>at least $2.00</dd>')
      expect(await page()).toContain('The price of 1 question is not known')
    })

    test('stands beside what may be: each cap with what is spent, set aside, and given up', async () => {
      const run = await startRun('octo/hello')
      await opened.database.run(setRunTimes, noon)
      const budget = createPostgresBudget(opened.database, { clock: createManualClock(noon) })
      const accounts = accountsFor(
        caps,
        { tenant: 'local', repository: run.repository, runId: run.id },
        'high',
        noon,
      )
      const spend = (money: number) => ({ money: dollars(money), tokens: 1_000 })
      const reserve = async (money: number) => {
        const reserved = await budget.reserve({
          accounts: accounts.map(({ key }) => ({ key, limit: {} })),
          expected: spend(0),
          worst: spend(money),
          holdMs: 60_000,
        })
        if (reserved.kind !== 'reserved') throw new Error('it was not reserved')
        return reserved.id
      }
      await budget.settle(await reserve(4), spend(4.5))
      await reserve(0.25)
      await reserve(0.5)
      const scope = { spent: 4_500_000, reserved: 750_000, measure: 'money' }
      expect(await json()).toMatchObject({
        reserved: { questions: 2, micro_dollars: 750_000, tokens: 2_000 },
        caps: [
          { ...scope, scope: 'month', of: '2026-03', limit: 100_000_000, given_up: null },
          { ...scope, scope: 'day', of: '2026-03-10', limit: 10_000_000, given_up: null },
          { scope: 'day', measure: 'tokens', limit: 1_000_000, spent: 1_000, reserved: 2_000 },
          { ...scope, scope: 'repository', of: 'octo/hello', limit: 5_000_000, given_up: 'low' },
        ],
      })
      const text = await page()
      expect(text).toContain('Each run may use $1.00')
      expect(text).toContain('tests, prose and settings')
      await budget.settle(await reserve(1), spend(6))
      expect(await json()).toMatchObject({ caps: [{}, { scope: 'day', given_up: 'high' }, {}, {}] })
    })

    test('names the runs that a cap cut short, with what they left out', async () => {
      const run = await startRun('octo/hello', `Say ${hostile}`)
      const detail = { 'units not read': 3, why: `over the money cap of the day ${hostile}` }
      await openRunStore(opened.database).record(run, { step: 'over a cap', detail })
      await openRunStore(opened.database).record(run, { step: 'decided', detail: {} })
      await opened.database.run(setEventTimes, new Date('2026-03-10T11:00:00Z'))
      expect(await json()).toMatchObject({
        runs_cut_short: {
          count: 1,
          newest: [{ run: run.id, repository: 'octo/hello', pull_request: 1, detail }],
        },
      })
      const text = await page()
      expect(text).toContain('1 run left something out')
      expect(text).toContain('&lt;script&gt;')
      expect(text).not.toMatch(/<script|<style|<[^>]*\sstyle=/i)
      expect(await json('?days=1')).toMatchObject({ runs_cut_short: { count: 1 } })
      await opened.database.run(setEventTimes, new Date('2026-03-09T11:00:00Z'))
      expect(await json('?days=1')).toMatchObject({ runs_cut_short: { count: 0 } })
    })

    test('names a run that was made in several attempts once, as it was in the last', async () => {
      const store = openRunStore(opened.database)
      const first = await startRun('octo/hello', 'First')
      const again = await startRun('octo/hello', 'Again')
      for (const [run, unread] of [[again, 5] as const, [first, 1] as const, [again, 2] as const])
        await store.record(run, { step: 'over a cap', detail: { 'units not read': unread } })
      await opened.database.run(setEventTimes, new Date('2026-03-10T11:00:00Z'))
      expect(await json()).toMatchObject({
        runs_cut_short: {
          count: 2,
          newest: [
            { run: again.id, detail: { 'units not read': 2 } },
            { run: first.id, detail: { 'units not read': 1 } },
          ],
        },
      })
    })
  })
}
