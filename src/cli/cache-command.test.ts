import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { CapturedOutput } from '../../test/captured-output.ts'
import { testDatabases, type TestDatabase } from '../../test/databases.ts'
import { startTestRun } from '../../test/start-test-run.ts'
import { systemClock } from '../base/clock.ts'
import { openSpendingRecord } from '../budget/spending-record.postgres.ts'
import { openPostgresAnswerCache } from '../cache/answer-cache.postgres.ts'
import type { AnswerKey } from '../cache/answer-cache.ts'
import { openCacheRecord } from '../cache/cache-record.postgres.ts'
import type { CacheNote } from '../llm/model.ts'
import { statement } from '../postgres/database.ts'
import type { ModelCall } from '../review/model-call.ts'
import { openRunStore } from '../review/run-store.postgres.ts'
import type { RunStore, StartedRun } from '../review/run-store.ts'
import { runCache, type CacheRequest } from './cache-command.ts'

const setDay = statement<never>('test-set-day', 'update llm_calls set created_at = $2 where run_id = $1')

const parts = { model: 'm', rules: 'r', prompt: 'p', 'prompt: hunks': 'h' }
const note = (lookup: CacheNote['lookup'], key: string, changed = {}): CacheNote => ({
  lookup,
  key: key.repeat(64),
  parts: { ...parts, ...changed },
})

for (const kind of testDatabases()) {
  describe.skipIf(kind.missing)(`the cache from the command line, on ${kind.name}`, () => {
    let opened: TestDatabase
    let runs: RunStore
    beforeAll(async () => {
      opened = await kind.open()
      runs = openRunStore(opened.database)
    })
    beforeEach(() => opened.database.script('truncate pull_requests, llm_cache cascade'))
    afterAll(() => opened.drop())

    async function run(request: CacheRequest) {
      const tools = {
        cache: openPostgresAnswerCache(opened.database),
        record: openCacheRecord(opened.database),
        spending: openSpendingRecord(opened.database),
        clock: systemClock,
      }
      const terminal = { stdout: new CapturedOutput(), stderr: new CapturedOutput() }
      const code = await runCache(request, tools, terminal)
      return { code, out: terminal.stdout.text, err: terminal.stderr.text }
    }

    const startRun = (repository: string): Promise<StartedRun> => startTestRun(opened.database, repository)

    async function ask(of: StartedRun, call: Partial<ModelCall>): Promise<void> {
      await runs.recordCall(of, {
        purpose: 'find',
        unit: 'src/a.ts',
        model: 'openai/gpt',
        usage: { inputTokens: 900, cachedInputTokens: 0, outputTokens: 100 },
        source: 'model',
        latencyMs: 1,
        outcome: 'answered',
        detail: 'stop',
        ...call,
      })
    }

    /** A first run that pays, and a second one of the next head. */
    async function twoRuns(): Promise<readonly [StartedRun, StartedRun]> {
      const first = await startRun('octo/hello')
      await ask(first, { cache: note('miss', 'a') })
      await ask(first, { unit: 'src/b.ts', cache: note('miss', 'b') })
      const second = await startRun('octo/hello')
      await ask(second, { source: 'cache', cache: note('hit', 'a') })
      await ask(second, { unit: 'src/b.ts', cache: note('miss', 'c', { prompt: 'q', 'prompt: hunks': 'i' }) })
      await ask(second, { unit: 'src/new.ts', cache: note('miss', 'd') })
      await ask(second, { unit: 'src/a.ts', source: 'cache', cache: note('wait', 'a') })
      return [first, second]
    }

    test('stats say what was paid and saved, in all, by repository and by day', async () => {
      const [first] = await twoRuns()
      const earlier = new Date(Date.now() - 3 * 86_400_000).toISOString().slice(0, 10)
      await opened.database.run(setDay, first.id, new Date(`${earlier}T23:59:59Z`))
      const other = await startRun('octo/other')
      await ask(other, {
        outcome: 'failed',
        usage: { inputTokens: 0, cachedInputTokens: 0, outputTokens: 0 },
      })
      await ask(other, { outcome: 'unusable', cache: note('miss', 'e') })
      await ask(other, {})
      const { code, out } = await run({ kind: 'stats', days: 30, json: true })
      expect(code).toBe(0)
      const none = { hit: 0, wait: 0, miss: 0, bad_entry: 0, error: 0, without_cache: 0, failed: 0 }
      const stats = JSON.parse(out) as Record<string, unknown> // our own output
      expect(stats).toMatchObject({
        kept: { entries: 0, bytes: 0 },
        total: {
          questions: { ...none, hit: 1, wait: 1, miss: 5, without_cache: 1, failed: 1 },
          tokens: { paid: 6_000, saved: 2_000 },
        },
        repositories: [
          { repository: 'octo/hello', tokens: { paid: 4_000, saved: 2_000 } },
          { repository: 'octo/other', tokens: { paid: 2_000, saved: 0 } },
        ],
      })
      expect(stats['days']).toContainEqual(
        expect.objectContaining({
          day: earlier,
          questions: { ...none, miss: 2 },
          tokens: { paid: 2_000, saved: 0 },
          paid_micro_dollars: null,
          questions_without_price: 2,
        }),
      )
      const today = JSON.parse((await run({ kind: 'stats', days: 1, json: true })).out) as object // as above
      expect(today).toMatchObject({ total: { questions: { miss: 3 } } })
    })

    test('stats are a table for people', async () => {
      await twoRuns()
      const { out } = await run({ kind: 'stats', days: 30, json: false })
      expect(out).toContain('0 answers are kept, in 0 bytes.')
      expect(out).toMatch(/^all +6 +2 +4,000 +2,000 +33 % +unknown +unknown$/m)
      expect(out).toMatch(/^octo\/hello +6 +2 +4,000 +2,000 +33 % +unknown +unknown$/m)
    })

    test('explains each question of a run: what was saved, what changed, what is new', async () => {
      const [first, second] = await twoRuns()
      const { code, out } = await run({ kind: 'explain', run: second.id, json: false })
      expect(code).toBe(0)
      expect(out.split('\n')).toEqual([
        'find src/a.ts',
        expect.stringMatching(`^  from the cache: paid by run ${first.id}, 20`),
        'find src/b.ts',
        expect.stringMatching(`^  paid: the hunks changed since run ${first.id}, 20`),
        'find src/new.ts',
        '  paid: the first question about it',
        'find src/a.ts',
        expect.stringMatching(`^  from the cache: paid by run ${first.id}, 20`),
        '',
        '2,000 tokens paid, 2,000 saved',
        '',
      ])
      const asJson = JSON.parse((await run({ kind: 'explain', run: second.id, json: true })).out) as {
        asked: object[]
      } // our own output
      expect(asJson.asked.slice(0, 2)).toMatchObject([
        { unit: 'src/a.ts', lookup: 'hit', explanation: { kind: 'saved', paid_by: first.id } },
        {
          unit: 'src/b.ts',
          lookup: 'miss',
          explanation: { kind: 'changed', since: first.id, parts: ['the hunks'] },
        },
      ])
    })

    test('a question about the same path in another repository explains nothing', async () => {
      await ask(await startRun('octo/other'), { cache: note('miss', 'a') })
      const here = await startRun('octo/hello')
      await ask(here, { cache: note('miss', 'a') })
      expect((await run({ kind: 'explain', run: here.id, json: false })).out).toContain('the first question')
    })

    test('a run that asked nothing, and one that there is not', async () => {
      const quiet = await startRun('octo/hello')
      expect(await run({ kind: 'explain', run: quiet.id, json: false })).toMatchObject({
        code: 0,
        out: 'The run asked no model.\n',
      })
      for (const id of ['nothing', 'NUL \0']) {
        const { code, out, err } = await run({ kind: 'explain', run: id, json: false })
        expect({ code, out }).toEqual({ code: 1, out: '' })
        expect(err).toContain('there is no run')
      }
    })

    test('purges what one repository paid for, or everything', async () => {
      const cache = openPostgresAnswerCache(opened.database)
      for (const [name, repository] of [
        ['1', 'octo/hello'],
        ['2', 'octo/other'],
        ['3', 'octo/other'],
      ] as const) {
        const turn = await cache.take(name.repeat(64) as AnswerKey, 1_000) // as long as one
        if (turn.kind === 'lease') await cache.keep(turn.lease, 'entry', { ttlMs: 60_000, repository })
      }
      expect((await run({ kind: 'purge', repository: 'octo/hello' })).out).toBe('1 answer removed\n')
      expect((await run({ kind: 'purge' })).out).toBe('2 answers removed\n')
    })
  })
}
