import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { testDatabases, type TestDatabase } from '../../test/databases.ts'
import { deliveryHeaders, openTestServer, type ServerUnderTest } from '../../test/server-under-test.ts'
import { webhookExamples } from '../../test/webhook-examples.ts'
import { scanSecrets } from '../analysis/secret-scanner.ts'
import { systemClock } from '../base/clock.ts'
import { RetryableError } from '../base/errors.ts'
import { statement } from '../postgres/database.ts'
import { openPostgresQueue } from '../queue/queue.postgres.ts'
import type { Queue } from '../queue/queue.ts'
import { hideSecrets } from '../review/hide-secrets.ts'
import { createLogger } from '../telemetry/logger.ts'
import { openDeliveryStore, type OpenDeliveryStore } from './delivery-store.postgres.ts'

// What is accepted, over HTTP, with the real store and the real queue.

const storedDeliveries = statement<{ id: string; name: string; decision: string; reason: string }>(
  'test_deliveries',
  'select id, name, decision, reason from webhook_deliveries order by received_at, id',
)
const storedTitles = statement<{ title: string; base_branch: string; labels: string[] }>(
  'test_titles',
  'select title, base_branch, labels from pull_requests where pr_number = $1',
)
const clear = `truncate webhook_deliveries, jobs, pull_requests, review_runs, run_events, receipts, installations cascade`

const acted = new Set(['opened', 'reopened', 'synchronize', 'ready_for_review', 'unlocked'])
const cancelling = new Set(['closed', 'converted_to_draft', 'locked'])

for (const kind of testDatabases()) {
  describe.skipIf(kind.missing)(`deliveries on ${kind.name}`, () => {
    let opened: TestDatabase
    let store: OpenDeliveryStore
    let queue: Queue
    let server: ServerUnderTest
    beforeAll(async () => {
      opened = await kind.open()
      store = openDeliveryStore(opened.database)
      queue = openPostgresQueue(opened.database, { log: createLogger('silent') })
      server = await openTestServer({ store, queue })
    })
    afterAll(async () => {
      await server.close()
      await store.close()
      await queue.close()
      await opened.drop()
    })
    beforeEach(() => opened.database.script(clear))

    async function deliver(
      payload: object,
      { name = 'pull_request', id = randomUUID(), to = server } = {},
    ): Promise<{ status: number; answer: Record<string, string> }> {
      const body = JSON.stringify(payload)
      const response = await fetch(`${to.url}/webhooks/github`, {
        method: 'POST',
        body,
        headers: deliveryHeaders(body, { name, id }),
      })
      return { status: response.status, answer: (await response.json()) as Record<string, string> }
    }

    /** The ids of all jobs, once what was accepted is with the queue. */
    async function jobs(count: number): Promise<readonly string[]> {
      await expect.poll(async () => (await queue.depth()).ready).toBe(count)
      const options = { count: 100, leaseMs: 60_000, worker: 'test', waitMs: 0 }
      const claimed = count === 0 ? [] : await queue.claim(options, new AbortController().signal)
      return claimed.map(({ id }) => id)
    }

    test('an opened pull request is stored with its run, and the run is enqueued', async () => {
      const id = randomUUID()
      const { status, answer } = await deliver(pullRequest(), { id })
      expect(status).toBe(202)
      expect(answer).toEqual({ status: 'accepted', run: answer['run'] })
      expect(await opened.database.run(storedDeliveries)).toEqual([
        { id, name: 'pull_request', decision: 'review', reason: '' },
      ])
      expect(await jobs(1)).toEqual([`review:${answer['run']}`])
      expect(server.logged()).toContain(`"delivery":"${id}"`)
      expect(server.logged()).toContain(`"run":"${answer['run']}"`)
    })

    test('a redelivery changes nothing and is answered 202, also fifty at once', async () => {
      const id = randomUUID()
      const first = await deliver(pullRequest(), { id })
      const again = await Promise.all(Array.from({ length: 50 }, () => deliver(pullRequest(), { id })))
      expect(new Set(again.map(({ status }) => status))).toEqual(new Set([202]))
      expect(new Set(again.map(({ answer }) => answer['status']))).toEqual(new Set(['duplicate']))
      expect(await opened.database.run(storedDeliveries)).toHaveLength(1)
      expect(await jobs(1)).toEqual([`review:${first.answer['run']}`])
    })

    test("each of GitHub's published payloads is answered 202, stored, and only what asks for a review gets one", async () => {
      const answers = []
      for (const { name, payload } of webhookExamples) answers.push(await deliver(payload, { name }))
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]))
      for (const [index, { name, payload }] of webhookExamples.entries()) {
        const status = answers[index]?.answer['status']
        const action = String(payload['action'])
        const counts =
          name.startsWith('installation') ||
          (name === 'pull_request' && (acted.has(action) || cancelling.has(action)))
        expect([name, action, status]).toEqual([name, action, counts ? 'accepted' : 'ignored'])
      }
      expect(await opened.database.run(storedDeliveries)).toHaveLength(webhookExamples.length)
    })

    test.each([
      ['a draft', { draft: true }, 'draft'],
      ['a bot', { user: { login: 'renovate[bot]', type: 'Bot' } }, 'bot'],
      ['a label', { labels: [{ name: 'no-review' }] }, 'label'],
      ['a closed one', { state: 'closed' }, 'closed'],
    ])('%s is ignored, and the reason is told, stored and counted', async (_, change, reason) => {
      const { status, answer } = await deliver(pullRequest(change))
      expect([status, answer]).toEqual([202, { status: 'ignored', reason }])
      expect(await opened.database.run(storedDeliveries)).toMatchObject([{ decision: 'ignore', reason }])
      expect(await jobs(0)).toEqual([])
      expect(await server.metrics.text()).toContain(
        `lorgnette_deliveries_total{outcome="ignored",reason="${reason}"} 1`,
      )
    })

    test('text that PostgreSQL would refuse is stored without it', async () => {
      const hostile = 'a\0b\ud800c; drop table jobs; --'
      const change = { title: hostile, base: { ref: hostile }, labels: [{ name: hostile }], number: 99 }
      expect((await deliver(pullRequest(change))).status).toBe(202)
      const clean = 'a\uFFFDb\uFFFDc; drop table jobs; --'
      expect(await opened.database.run(storedTitles, 99)).toEqual([
        { title: clean, base_branch: clean, labels: [clean] },
      ])
    })

    test('a credential in a title is hidden before anything is stored', async () => {
      const token = ['ghp', 'q7Rz2Kx9Vb4Nm1Tc8Wp5Yd3Hf6Jg0LsA1b2C3'].join('_')
      const hiding = await openTestServer({
        store,
        queue,
        hideSecrets: (text) => hideSecrets(text, scanSecrets),
      })
      const change = { title: `Revoke ${token} today`, number: 98 }
      expect((await deliver(pullRequest(change), { to: hiding })).status).toBe(202)
      await hiding.close()
      expect(await opened.database.run(storedTitles, 98)).toMatchObject([
        { title: 'Revoke ‹secret:github-token› today' },
      ])
      expect(hiding.logged()).not.toContain(token)
    })

    test('a queue that is away costs no delivery: the run is owed, and the log says so', async () => {
      const without = await openTestServer({
        store,
        queue: { enqueue: () => Promise.reject(new RetryableError('connection refused')) },
      })
      const { status, answer } = await deliver(pullRequest(), { to: without })
      expect(status).toBe(202)
      expect(answer).toMatchObject({ status: 'accepted' })
      await without.close()
      expect(without.logged()).toContain('left to the reconciler')
      // A redelivery to a server whose queue is well mends it.
      expect((await deliver(pullRequest())).answer['run']).toBe(answer['run'])
      expect(await jobs(1)).toEqual([`review:${answer['run']}`])
    })

    test('a hundred at once all have a run of their own, and all are enqueued', async () => {
      const answers = await Promise.all(
        Array.from({ length: 100 }, (_, index) => deliver(pullRequest({ number: index + 1 }))),
      )
      const runs = answers.map(({ answer }) => `review:${answer['run']}`)
      expect(new Set(runs).size).toBe(100)
      expect((await jobs(100)).toSorted()).toEqual(runs.toSorted())
    })

    test('the time of a delivery is the one at which it came', async () => {
      const before = systemClock.now()
      await deliver({ zen: 'Design for failure.' }, { name: 'ping' })
      const [row] = await opened.database.run(
        statement<{ received_at: Date }>('test_received', 'select received_at from webhook_deliveries'),
      )
      expect(row?.received_at.getTime()).toBeGreaterThanOrEqual(before.getTime())
      expect(row?.received_at.getTime()).toBeLessThanOrEqual(systemClock.now().getTime())
    })
  })
}

function pullRequest(change: Record<string, unknown> = {}) {
  return {
    action: 'opened',
    repository: { full_name: 'octo/hello' },
    pull_request: {
      number: 7,
      title: 'Say hello',
      user: { login: 'mona', type: 'User' },
      state: 'open',
      head: { sha: 'a'.repeat(40) },
      base: { ref: 'main' },
      updated_at: '2026-01-01T00:00:00Z',
      ...change,
    },
  }
}
