import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { testDatabases, type TestDatabase } from '../../test/databases.ts'
import { openTestServer, type ServerUnderTest } from '../../test/server-under-test.ts'
import { commitId, repositoryName, type CommitId } from '../github/github.ts'
import { statement } from '../postgres/database.ts'
import type { Finding } from '../review/finding.ts'
import type { Receipt } from '../review/receipt.ts'
import type { RunId } from '../review/run.ts'
import type { RunStore, StartedRun } from '../review/run-store.ts'
import { openRunStore } from '../review/run-store.postgres.ts'
import { openDeliveryStore, type OpenDeliveryStore } from '../webhooks/delivery-store.postgres.ts'
import type { DeliveryId } from '../webhooks/delivery.ts'
import { createPostgresRunHistory } from './run-history.postgres.ts'

const hostile = `<script>alert(1)</script>"'><img src=x onerror=alert(1)>`
const head = (digit: number): CommitId => commitId.parse(String(digit).repeat(40))

for (const kind of testDatabases()) {
  describe.skipIf(kind.missing)(`the dashboard on ${kind.name}`, () => {
    let opened: TestDatabase
    let deliveries: OpenDeliveryStore
    let runs: RunStore
    let server: ServerUnderTest
    beforeAll(async () => {
      opened = await kind.open()
      deliveries = openDeliveryStore(opened.database)
      runs = openRunStore(opened.database)
      server = await openTestServer({ history: createPostgresRunHistory(opened.database) })
    })
    afterAll(async () => {
      await server.close()
      await deliveries.close()
      await opened.drop()
    })

    async function get(path: string): Promise<{ status: number; type: string; text: string }> {
      const response = await fetch(server.url + path)
      return {
        status: response.status,
        type: response.headers.get('content-type') ?? '',
        text: await response.text(),
      }
    }
    const json = async (path: string): Promise<unknown> => JSON.parse((await get(path)).text)
    const page = async (path: string): Promise<string> => {
      const { status, type, text } = await get(path)
      expect([status, type]).toEqual([200, 'text/html; charset=utf-8'])
      return text
    }

    /** A run that waits, as a delivery makes it. */
    async function queuedRun(number: number, title = `Pull request ${number}`): Promise<RunId> {
      const accepted = await deliveries.accept(
        {
          id: randomUUID() as string as DeliveryId, // of its form
          name: 'pull_request',
          action: 'opened',
          receivedAt: new Date(),
          event: {
            kind: 'pull-request',
            action: 'opened',
            baseChanged: false,
            pullRequest: {
              repository: repositoryName.parse('octo/hello'),
              number,
              title,
              author: { login: 'mona', isBot: false },
              state: 'open',
              draft: false,
              locked: false,
              labels: [],
              head: head(1),
              baseBranch: 'main',
              updatedAt: new Date('2026-01-01T00:00:00Z'),
            },
          },
        },
        { kind: 'review' },
      )
      if (!accepted.run) throw new Error('a run is owed')
      return accepted.run
    }

    async function startedRun(number: number, title?: string): Promise<StartedRun> {
      const taken = await runs.start(await queuedRun(number, title), { holdMs: 0 })
      if (taken.kind !== 'started') throw new Error(`the run is ${taken.kind}`)
      return taken.run
    }

    test('without runs it says what to do next', async () => {
      const text = await page('/')
      expect(text).toContain('Nothing has been reviewed yet')
      expect(text).toContain(`${server.url}/webhooks/github`)
      expect(await json('/api/runs')).toEqual({ runs: [] })
    })

    describe('one run', () => {
      let run: StartedRun
      beforeAll(async () => {
        run = await startedRun(1, `Say hello ${hostile}`)
        await runs.record(run, { step: `asked ${hostile}`, detail: { units: 2, [hostile]: hostile } })
        await runs.recordCall(run, {
          purpose: 'find',
          unit: 'src/hello.ts',
          model: 'openai/gpt',
          usage: { inputTokens: 1_200, cachedInputTokens: 1_000, outputTokens: 34 },
          source: 'model',
          cache: { lookup: 'miss', key: 'c'.repeat(64), parts: { rules: 'a1' } },
          latencyMs: 1_250,
          outcome: 'answered',
          detail: 'stop',
        })
        await runs.recordCall(run, {
          purpose: 'find',
          unit: 'src/again.ts',
          model: 'openai/gpt',
          usage: { inputTokens: 7_000, cachedInputTokens: 0, outputTokens: 77 },
          source: 'cache',
          cache: { lookup: 'hit', key: 'd'.repeat(64), parts: { rules: 'a1' } },
          latencyMs: 2,
          outcome: 'answered',
          detail: 'stop',
        })
        await runs.decide(run, { baseCommit: head(2), findings, receipt })
        await runs.recordComments(run, [
          {
            findingId: 'said',
            path: 'src/hello.ts',
            line: 5,
            body: `It fails. ${hostile}<!-- marker -->`,
            githubId: 77,
          },
        ])
        await runs.end(run, { state: 'completed', receipt, findings })
      })

      test('has its whole record as JSON', async () => {
        const record = z
          .object({ run: z.record(z.string(), z.unknown()), timeline: z.array(z.unknown()) })
          .loose()
          .parse(await json(`/api/runs/${run.id}`))
        expect(record.run).toMatchObject({
          id: run.id,
          repository: 'octo/hello',
          pull_request: 1,
          title: `Say hello ${hostile}`,
          author: 'mona',
          head: head(1),
          base_branch: 'main',
          state: 'completed',
          attempt: 1,
          findings: { posted: 1, merged: 1, dropped: 1 },
        })
        expect(record).toMatchObject({
          receipt: {
            outcome: 'reviewed',
            reason: null,
            reader: { model: 'openai/gpt', analysers: ['ruff'] },
            hunks: { read: 3, from_cache: 1, skipped: 2, over_budget: 0, failed: 0 },
            files: [
              { path: 'src/hello.ts', hunks: { read: 3, from_cache: 1 }, reason: null },
              { path: 'package-lock.json', hunks: { skipped: 2 }, reason: 'lock file' },
            ],
            whole_change: {
              outcome: 'cut-short',
              reason: 'the model wanted to look further',
              questions: 6,
              tool_calls: 9,
              not_shown: [`src/${hostile}.ts`],
            },
          },
          findings: [
            {
              id: 'said',
              source: { pass: 'whole-change' },
              verdict: 'posted',
              place: 'inline',
              side: 'RIGHT',
              start_line: 3,
              line: 5,
            },
            {
              id: 'same',
              verdict: 'merged',
              merged_into: 'said',
              source: { kind: 'analyser', rule: 'F821' },
            },
            {
              id: 'lost',
              verdict: 'dropped',
              drop_reason: 'outside-diff',
              drop_detail: 'line 7',
              line: null,
            },
          ],
          comments: [{ finding_id: 'said', path: 'src/hello.ts', line: 5, github_id: 77 }],
          calls: [
            {
              unit: 'src/hello.ts',
              input_tokens: 1_200,
              cached_input_tokens: 1_000,
              latency_ms: 1_250,
              source: 'model',
              cache_lookup: 'miss',
            },
            { unit: 'src/again.ts', source: 'cache', cache_lookup: 'hit', cache_key: 'd'.repeat(64) },
          ],
          deliveries: [{ event: 'pull_request', action: 'opened', decision: 'review' }],
        })
        expect(record.timeline).toContainEqual(
          expect.objectContaining({ step: `asked ${hostile}`, detail: { units: 2, [hostile]: hostile } }),
        )
      })

      test('has a page that tells what was said, read, dropped and asked', async () => {
        const text = await page(`/runs/${run.id}`)
        for (const words of [
          'Reviewed',
          '4 of 6', // hunks: 3 read and 1 from cache, of 6
          'Every hunk that can be reviewed was read.',
          'lock file',
          'Read as a whole, too (6 questions, 9 looks into the files of the head).',
          'It was cut short: the model wanted to look further. Too much to show in it: src/',
          'openai/gpt, across the change, 90 % certain',
          'src/hello.ts:3–5',
          'https://github.com/octo/hello/pull/1#discussion_r77',
          'Another finding says the same.',
          'The lines that it cites are not part of the change: line 7.',
          'asked for a review',
          '1,200',
          'from the cache',
          '1,234', // tokens paid: in and out
          '7,077', // tokens saved
        ]) {
          expect(text).toContain(words)
        }
        expect(text).not.toContain('marker')
      })

      test('shows hostile text as text, wherever it stands', async () => {
        for (const text of [await page('/'), await page(`/runs/${run.id}`)]) {
          expect(text).toContain(
            '&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&gt;&lt;img src=x onerror=alert(1)&gt;',
          )
          expect(text).not.toMatch(/<script|<img|<[^>]*\son[a-z]+=/i)
          // What the content security policy would refuse is not there to begin with.
          expect(text).not.toMatch(/<style|<[^>]*\sstyle=/i)
        }
      })
    })

    test('a run that failed says why, in the list and on its page', async () => {
      const run = await startedRun(2)
      const reason = 'gave up after 4 attempts: the key is not valid'
      await runs.end(run, { state: 'failed', receipt: { ...nothingRead, outcome: 'failed', reason } })
      expect(await page('/')).toContain(reason)
      expect(await page(`/runs/${run.id}`)).toContain(`This change could not be reviewed: ${reason}.`)
    })

    test.each([
      ['queued', async () => queuedRun(3), 'It waits for a free worker.'],
      ['running', async () => (await startedRun(4)).id, 'The change is being read.'],
      [
        'skipped',
        async () => {
          const run = await startedRun(5)
          await runs.end(run, {
            state: 'skipped',
            receipt: { ...nothingRead, outcome: 'skipped', reason: 'only lock files changed' },
          })
          return run.id
        },
        'This change was not reviewed: only lock files changed.',
      ],
    ])('a run that is %s says so', async (_, make, sentence) => {
      expect(await page(`/runs/${await make()}`)).toContain(sentence)
    })

    test('pages follow each other from the newest run to the oldest, without a gap and without a repeat', async () => {
      for (let number = 100; number < 140; number++) await queuedRun(number)
      // All in the same instant, as after a restore: then the id decides.
      await opened.database.run(
        statement(
          'test_same_time',
          `update review_runs set created_at = '2026-01-02' where state = 'queued'`,
        ),
      )
      const listed = z.object({ runs: z.array(z.object({ id: z.string(), created_at: z.string() })) })
      const all: { id: string; created_at: string }[] = []
      for (let before = ''; ;) {
        const { runs: some } = listed.parse(await json(`/api/runs?limit=7${before}`))
        all.push(...some)
        const last = some.at(-1)
        if (!last) break
        before = `&before=${last.id}`
      }
      const [row] = await opened.database.run(
        statement<{ runs: number }>('test_count', 'select count(*)::integer as runs from review_runs'),
      )
      expect(new Set(all.map(({ id }) => id)).size).toBe(all.length)
      expect(all).toHaveLength(row?.runs ?? -1)
      const times = all.map((run) => run.created_at)
      expect(times).toEqual(times.toSorted((a, b) => (a < b ? 1 : -1)))
      const first = await page('/')
      const [older] = /\/\?before=[^"]+/.exec(first) ?? []
      expect(await page(older ?? '/nowhere')).toContain('← Newest')
    })

    test.each(['0', '101', '-1', '1.5', 'all', ''])('a limit of "%s" is refused', async (limit) => {
      const { status, text } = await get(`/api/runs?limit=${limit}`)
      expect([status, text]).toEqual([400, expect.stringContaining('"error":"limit: ')])
    })

    test.each(['nowhere', '%00', "'%3B drop table review_runs", '..%2F..%2Fetc', 'x'.repeat(90)])(
      'there is no run %s',
      async (id) => {
        expect((await get(`/api/runs/${id}`)).status).toBe(404)
        const { status, type } = await get(`/runs/${id}`)
        expect([status, type]).toEqual([404, 'text/html; charset=utf-8'])
        expect(await json(`/api/runs?before=${id}`)).toEqual({ runs: [] })
      },
    )

    test('the stylesheet and the icon are files', async () => {
      expect(await get('/style.css')).toMatchObject({ status: 200, type: 'text/css; charset=utf-8' })
      expect(await get('/icon.svg')).toMatchObject({ status: 200, type: 'image/svg+xml' })
    })
  })
}

const said: Finding = {
  id: 'said',
  source: { kind: 'model', model: 'openai/gpt', pass: 'whole-change' },
  path: 'src/hello.ts',
  anchor: { side: 'RIGHT', startLine: 3, endLine: 5 },
  severity: 'high',
  category: 'bug',
  title: `Off by one ${hostile}`,
  explanation: `With an empty list it fails. ${hostile}`,
  evidence: hostile,
  confidence: 0.9,
  verdict: { kind: 'posted', place: 'inline' },
  fingerprint: 'said',
}
const same: Finding = {
  ...said,
  id: 'same',
  source: { kind: 'analyser', analyser: 'ruff', rule: 'F821' },
  verdict: { kind: 'merged', into: 'said' },
}
const { anchor: _anchor, ...unanchored } = said
const lost: Finding = {
  ...unanchored,
  id: 'lost',
  verdict: { kind: 'dropped', reason: 'outside-diff', detail: 'line 7' },
}
const findings = [said, same, lost]

const nothingRead: Receipt = {
  outcome: 'reviewed',
  reader: { analysers: [] },
  hunks: { read: 0, 'from-cache': 0, skipped: 0, 'over-budget': 0, failed: 0 },
  files: [],
  findings: { posted: 0, merged: 0, dropped: 0 },
}
const receipt: Receipt = {
  ...nothingRead,
  reader: { model: 'openai/gpt', analysers: ['ruff'] },
  hunks: { read: 3, 'from-cache': 1, skipped: 2, 'over-budget': 0, failed: 0 },
  files: [
    { path: 'src/hello.ts', hunks: { read: 3, 'from-cache': 1 } },
    { path: 'package-lock.json', hunks: { skipped: 2 }, reason: 'lock file' },
  ],
  findings: { posted: 1, merged: 1, dropped: 1 },
  wholeChange: {
    outcome: 'cut-short',
    reason: 'the model wanted to look further',
    questions: 6,
    toolCalls: 9,
    notShown: [`src/${hostile}.ts`],
  },
}
