import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openGitHubEmulator, type GitHubEmulator } from '../../emulators/github/github-emulator.ts'
import { testDatabases, type TestDatabase } from '../../test/databases.ts'
import { createManualClock, type ManualClock } from '../../test/manual-clock.ts'
import { systemClock } from '../base/clock.ts'
import { openGitHub } from '../github/github.octokit.ts'
import type { LoggedDelivery } from '../github/github.ts'
import { openPostgresQueue } from '../queue/queue.postgres.ts'
import { openRunStore } from '../review/run-store.postgres.ts'
import { createLogger } from '../telemetry/logger.ts'
import { openMetrics } from '../telemetry/metrics.ts'
import { openDeliveryStore, type OpenDeliveryStore } from '../webhooks/delivery-store.postgres.ts'
import type { DeliveryId } from '../webhooks/delivery.ts'
import { openFailedDeliveries } from './failed-deliveries.postgres.ts'
import type { LogReading } from './failed-deliveries.ts'
import { openOpenHeads } from './open-heads.postgres.ts'
import { createSweep } from './reconcile.ts'
import { redeliverFailed, turnPage, type Redelivering } from './redeliver-failed.ts'

const never = new AbortController().signal
const folder = mkdtempSync(path.join(tmpdir(), 'lorgnette-redeliver-'))
const log = createLogger('silent')

describe.each(testDatabases())('deliveries that did not arrive, on $name', ({ missing, open }) => {
  describe.skipIf(missing !== undefined)('while our server was away', () => {
    let opened: TestDatabase
    let store: OpenDeliveryStore
    let emulator: GitHubEmulator
    let server: Server
    let clock: ManualClock
    let redelivering: Redelivering
    /** How our server answers; only what it stored does it know. */
    let answers: { readonly status: number; readonly stores: boolean }
    /** Ids of the requests that reached it. */
    let arrived: string[]
    let logs = 0

    beforeAll(async () => {
      opened = await open()
      store = openDeliveryStore(opened.database)
      server = createServer((request, response) => {
        const id = String(request.headers['x-github-delivery']) as DeliveryId // GitHub's own
        arrived.push(id)
        const delivery = {
          id,
          name: 'x',
          action: '',
          event: { kind: 'other' },
          receivedAt: new Date(),
        } as const
        const stored = answers.stores ? store.accept(delivery, { kind: 'note' }) : Promise.resolve()
        void stored.then(() => response.writeHead(answers.status).end())
      }).listen(0, '127.0.0.1')
      await once(server, 'listening')
    })
    beforeEach(async () => {
      await opened.database.script('truncate webhook_deliveries, failed_deliveries, delivery_log_readings')
      arrived = []
      answers = { status: 503, stores: false }
      clock = createManualClock(new Date())
      // A log of its own for every test.
      const emulatorFolder = path.join(folder, `${opened.database.kind}-${++logs}`)
      emulator = await openGitHubEmulator({ folder: emulatorFolder, validate: true })
      const { port } = server.address() as AddressInfo // a TCP server has no other kind of address
      await emulator.setWebhook({ url: `http://127.0.0.1:${port}/`, secret: 'hush' })
      const { deliveryLog } = openGitHub({
        apiUrl: emulator.url,
        credentials: { kind: 'app', appId: emulator.app.id, privateKey: emulator.app.privateKey },
        clock: systemClock,
        log,
        timeoutMs: 10_000,
      })
      if (!deliveryLog) throw new Error('an App has a log')
      redelivering = { log, clock, deliveryLog, failed: openFailedDeliveries(opened.database) }
    })
    afterEach(async () => {
      // The deliveries themselves are made up here, and say next to nothing.
      const violations = (await emulator.violations()).filter((line) => !line.startsWith('delivery '))
      await emulator.close()
      if (violations.length > 0) throw new Error(`against GitHub's description: ${violations.join('\n')}`)
    })
    afterAll(async () => {
      server.close()
      await store.close()
      await opened.drop()
      rmSync(folder, { recursive: true, force: true })
    })

    const payload = { action: 'opened', number: 1 }
    const sweep = (): Promise<number> => redeliverFailed(redelivering, never)
    /** Waits until so many requests reached our server, and were answered. */
    async function reached(count: number): Promise<void> {
      for (let tries = 0; arrived.length < count && tries < 200; tries++)
        await new Promise((resolve) => setTimeout(resolve, 10))
      await new Promise((resolve) => setTimeout(resolve, 20))
    }

    test('arrive when it is back, and are not asked for again then', async () => {
      const failed = await emulator.deliver('pull_request', payload)
      answers = { status: 202, stores: true }
      expect(await sweep()).toBe(1)
      await reached(2)
      expect(arrived).toEqual([failed?.guid, failed?.guid])
      clock.advance(3_600_000)
      expect(await sweep()).toBe(0)
    })

    test('are asked for again ever more rarely, and at last no more', async () => {
      await emulator.deliver('pull_request', payload)
      expect(await sweep()).toBe(1)
      for (const minutes of [0.25, 1, 4, 16, 64, 256, 1024]) {
        clock.advance(minutes * 60_000 - 1)
        expect(await sweep()).toBe(0)
        clock.advance(1)
        expect(await sweep()).toBe(1)
      }
      clock.advance(24 * 3_600_000)
      expect(await sweep()).toBe(0)
    })

    test('are not asked for when they were stored, and only our answer was lost', async () => {
      answers = { status: 500, stores: true }
      await emulator.deliver('pull_request', payload)
      expect(await sweep()).toBe(0)
      expect(arrived).toHaveLength(1)
    })

    test('are not asked for when a later attempt arrived, whoever asked for that', async () => {
      const failed = await emulator.deliver('pull_request', payload)
      answers = { status: 202, stores: false }
      await emulator.redeliver(failed?.id ?? 0)
      expect(await sweep()).toBe(0)
    })

    test('and that nothing follows from are left alone', async () => {
      await emulator.deliver('star', { action: 'created' })
      expect(await sweep()).toBe(0)
    })

    test('are found behind pages of others', { timeout: 60_000 }, async () => {
      const failed = await emulator.deliver('pull_request', payload)
      answers = { status: 202, stores: true }
      for (let count = 0; count < 120; count++) await emulator.deliver('ping', {})
      expect(await sweep()).toBe(1)
      await reached(122)
      expect(arrived.filter((id) => id === failed?.guid)).toHaveLength(2)
    })

    test('are left alone while GitHub limits us, whatever the clock is set to', async () => {
      const { database } = opened
      const queue = openPostgresQueue(database, { log })
      const once = createSweep({
        ...redelivering,
        clock,
        queue,
        runs: openRunStore(database),
        heads: openOpenHeads(database, { reviewDrafts: false, ignoreBots: true, ignoreLabels: [] }),
        catchUp: () => Promise.resolve(0),
        metrics: openMetrics(),
      })
      await emulator.fail({ kind: 'secondary-limit', path: '/hook/deliveries', retryAfterSeconds: 60 })
      await emulator.deliver('pull_request', payload)
      const before = (await emulator.requests()).length
      await once(never)
      clock.jump(3_600_000)
      await once(never)
      expect((await emulator.requests()).length - before).toBe(1)
      clock.jump(-3_600_000 * 2)
      clock.advance(62_000)
      await once(never)
      expect((await emulator.requests()).length - before).toBeGreaterThan(1)
      await queue.close()
    })

    test('are left to the leader that was faster', async () => {
      await emulator.deliver('pull_request', payload)
      const both = await Promise.all([sweep(), sweep()])
      expect(both[0] + both[1]).toBe(1)
    })
  })
})

describe('reading the log', () => {
  const attempt = (minute: number): LoggedDelivery => ({
    id: minute,
    guid: `guid-${minute}`,
    event: 'pull_request',
    attemptedAt: at(minute),
    arrived: true,
  })
  const at = (minute: number): Date => new Date(Date.UTC(2026, 0, 1, 0, minute))

  test('goes on page by page, and counts as done only at its end', () => {
    const start: LogReading = { through: at(0) }
    const first = turnPage(start, [attempt(9), attempt(8)], 'second')
    expect(first).toEqual({ through: at(0), pass: { newest: at(9), cursor: 'second' } })
    const second = turnPage(first, [attempt(7), attempt(6)], 'third')
    expect(second).toEqual({ through: at(0), pass: { newest: at(9), cursor: 'third' } })
    expect(turnPage(second, [attempt(5)], undefined)).toEqual({ through: at(9) })
  })

  test('of an empty log changes nothing', () => {
    expect(turnPage({ through: at(3) }, [], undefined)).toEqual({ through: at(3) })
  })
})
