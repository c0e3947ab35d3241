import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { CapturedOutput } from '../../test/captured-output.ts'
import { testDatabases, type TestDatabase } from '../../test/databases.ts'
import { explainLetters } from '../dead-letters/explain-letters.ts'
import { openLetterRuns } from '../dead-letters/letter-runs.postgres.ts'
import type { DeadLetters } from '../dead-letters/dead-letters.ts'
import { commitId, repositoryName } from '../github/github.ts'
import { openPostgresQueue } from '../queue/queue.postgres.ts'
import type { JobId, NewJob, Queue } from '../queue/queue.ts'
import { reviewJob } from '../review/review-job.ts'
import type { RunId } from '../review/run.ts'
import { createLogger } from '../telemetry/logger.ts'
import { openDeliveryStore, type OpenDeliveryStore } from '../webhooks/delivery-store.postgres.ts'
import type { DeliveryId } from '../webhooks/delivery.ts'
import { runDeadLetters, type DeadLettersRequest } from './dead-letters-command.ts'

const log = createLogger('silent')
const never = new AbortController().signal

for (const kind of testDatabases()) {
  describe.skipIf(kind.missing)(`dead letters on ${kind.name}`, () => {
    let opened: TestDatabase
    let queue: Queue
    let deliveries: OpenDeliveryStore
    let letters: DeadLetters

    beforeAll(async () => {
      opened = await kind.open()
      queue = openPostgresQueue(opened.database, { log })
      deliveries = openDeliveryStore(opened.database)
      letters = explainLetters(queue, openLetterRuns(opened.database))
    })
    beforeEach(() => opened.database.script('truncate jobs, dead_letters'))
    afterAll(async () => {
      await deliveries.close()
      await queue.close()
      await opened.drop()
    })

    async function run(request: DeadLettersRequest, { isTTY = false } = {}) {
      const terminal = { stdout: new CapturedOutput({ isTTY }), stderr: new CapturedOutput() }
      const code = await runDeadLetters(request, { letters, terminal })
      return { code, out: terminal.stdout.text, err: terminal.stderr.text }
    }

    async function bury(job: NewJob, reason: string): Promise<JobId> {
      await queue.enqueue([job])
      const [claimed] = await queue.claim({ count: 1, leaseMs: 10_000, worker: 'test', waitMs: 0 }, never)
      if (!claimed) throw new Error('the job could not be claimed')
      await queue.bury(claimed, reason)
      return job.id
    }
    const buryAny = (id: string): Promise<JobId> =>
      bury({ id: id as JobId, kind: 'digest', payload: { day: 1 } }, 'unknown kind of job: digest') // any id will do

    /** A run that waits, as a delivery makes it. */
    async function queuedRun(number: number): Promise<RunId> {
      const { run } = await deliveries.accept(
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
              title: 'Say \u001B[2J hello',
              author: { login: 'mona', isBot: false },
              state: 'open',
              draft: false,
              locked: false,
              labels: [],
              head: commitId.parse('1'.repeat(40)),
              baseBranch: 'main',
              updatedAt: new Date('2026-01-01T00:00:00Z'),
            },
          },
        },
        { kind: 'review' },
      )
      if (run === undefined) throw new Error('a run is owed')
      return run
    }

    test('there are none', async () => {
      expect(await run({ kind: 'list', limit: 50, json: false })).toEqual({
        code: 0,
        out: 'There are no dead letters.\n',
        err: '',
      })
      expect((await run({ kind: 'list', limit: 50, json: true })).out).toBe('[]\n')
    })

    test('the list says what each is about and why it was given up, newest first', async () => {
      const runId = await queuedRun(1)
      await buryAny('first')
      await bury(reviewJob(runId), `gave up after 4 attempts: no \u001B[31m model${'!'.repeat(500)}`)
      const { out } = await run({ kind: 'list', limit: 2, json: false })
      expect(out.split('\n').filter((line) => line.length > 0 && !line.startsWith(' '))).toEqual([
        `review:${runId}  octo/hello#1 Say <U+001B>[2J hello`,
        'first  a job of kind digest',
        'There may be more: --limit 20 shows them.',
      ])
      expect(out).toContain('gave up after 4 attempts: no <U+001B>[31m model')
      expect(out).not.toContain('\u001B')
      expect(out).toContain('…')
    })

    test('colours are for terminals', async () => {
      await buryAny('one')
      const { out } = await run({ kind: 'list', limit: 50, json: false }, { isTTY: true })
      expect(out).toContain('\u001B[1mone')
    })

    test('one is shown whole: cause, payload, run, and what to do', async () => {
      const runId = await queuedRun(2)
      const id = await bury(reviewJob(runId), `gave up:\n${'x'.repeat(500)}`)
      const { code, out } = await run({ kind: 'show', id, json: false })
      expect(code).toBe(0)
      for (const part of [
        `octo/hello#2`,
        `${runId}, queued, head ${'1'.repeat(40)}`,
        `{"runId":"${runId}"}`,
        'attempts  1',
        `  gave up:\n  ${'x'.repeat(500)}\n`,
        '→ Its run has not ended',
        `lorgnette dead-letters replay ${id}`,
      ])
        expect(out).toContain(part)
    })

    test('as JSON it has the same, and a run or none', async () => {
      const runId = await queuedRun(3)
      const id = await bury(reviewJob(runId), 'gave up')
      await buryAny('other')
      const shown: unknown = JSON.parse((await run({ kind: 'show', id, json: true })).out)
      expect(shown).toMatchObject({
        id,
        kind: 'review',
        attempts: 1,
        reason: 'gave up',
        payload: { runId },
        run: { id: runId, repository: 'octo/hello', pull_request: 3, state: 'queued' },
      })
      const listed: unknown = JSON.parse((await run({ kind: 'list', limit: 50, json: true })).out)
      expect(listed).toMatchObject([{ id: 'other', run: null }, { id }])
    })

    test('what is replayed is a job again, and no dead letter any more', async () => {
      await buryAny('one')
      expect(await run({ kind: 'replay', which: ['one', 'one'] })).toEqual({
        code: 0,
        out: '1 dead letter will be done again\n',
        err: '',
      })
      expect(await queue.depth()).toMatchObject({ ready: 1, deadLetters: 0 })
    })

    test('what is discarded is gone', async () => {
      await buryAny('one')
      expect((await run({ kind: 'discard', which: ['one'] })).out).toBe('1 dead letter discarded\n')
      expect(await queue.depth()).toMatchObject({ ready: 0, deadLetters: 0 })
    })

    test('all are all, however many there are', async () => {
      const ids = Array.from({ length: 603 }, (_, index) => `job ${index}`)
      await opened.database.script(
        `insert into dead_letters (id, kind, payload, attempts, reason, enqueued_at, buried_at)
         select 'job ' || n, 'digest', '{}', 1, 'x', now(), now() from generate_series(0, ${ids.length - 1}) as n`,
      )
      expect((await run({ kind: 'replay', which: 'all' })).out).toBe(
        `${ids.length} dead letters will be done again\n`,
      )
      expect(await queue.depth()).toMatchObject({ ready: ids.length, deadLetters: 0 })
    })

    test('an id that is none is told, and the others are done', async () => {
      await buryAny('one')
      const { code, out, err } = await run({ kind: 'replay', which: ['no\u0000ne', 'one'] })
      expect([code, out]).toEqual([1, '1 dead letter will be done again\n'])
      expect(err).toBe(
        'there is no dead letter no<U+0000>ne: lorgnette dead-letters list shows what there is\n',
      )
      expect((await run({ kind: 'show', id: 'two', json: false })).code).toBe(1)
    })
  })
}
