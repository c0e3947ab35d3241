import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openGitHubEmulator, type GitHubEmulator } from '../../emulators/github/github-emulator.ts'
import { commitFiles } from '../../test/commit-files.ts'
import { testDatabases, type TestDatabase } from '../../test/databases.ts'
import { freePort } from '../../test/services.ts'
import { createManualClock, type ManualClock } from '../../test/manual-clock.ts'
import { openScratchRepository } from '../../test/scratch-repository.ts'
import { randomIds } from '../base/ids.ts'
import { pacedGitHub } from '../github/github.paced.ts'
import { openGitHub } from '../github/github.octokit.ts'
import { repositoryName, type RepositoryName } from '../github/github.ts'
import type { RateLimiter } from '../limits/rate-limiter.ts'
import { createProcessRateLimiter } from '../limits/rate-limiter.process.ts'
import { statement } from '../postgres/database.ts'
import { createLogger } from '../telemetry/logger.ts'
import { decide } from '../webhooks/decide.ts'
import { openDeliveryStore, type OpenDeliveryStore } from '../webhooks/delivery-store.postgres.ts'
import { readDelivery } from '../webhooks/read-delivery.ts'
import type { Delivery, DeliveryEvent, DeliveryId } from '../webhooks/delivery.ts'
import { createCatchUp, type CatchUp } from './catch-up.ts'
import { openListings } from './listings.postgres.ts'
import type { Listings } from './listings.ts'

const never = new AbortController().signal
const folder = mkdtempSync(path.join(tmpdir(), 'lorgnette-catch-up-'))
const warnings: string[] = []
const log = createLogger('warn', { write: (line) => warnings.push(line) })
const rules = { reviewDrafts: false, ignoreBots: true, ignoreLabels: ['no-review'] }
const INTERVAL_MS = 900_000
const DAY_MS = 86_400_000
interface PullRequestDelivery extends Delivery {
  readonly event: Extract<DeliveryEvent, { kind: 'pull-request' }>
}
const writes = { perMinute: 80, perHour: 500 }

const selectRuns = statement<{
  readonly pr_number: number
  readonly head_commit: string
  readonly state: string
}>(
  'test-select-runs',
  `select pr_number, run.head_commit, run.state from review_runs as run
   join pull_requests on pull_requests.id = pull_request_id order by run.created_at, run.id`,
)
/** As if we had heard of everything a week ago. */
const ageRows = statement<never>(
  'test-age-rows',
  `with told as (update pull_requests set created_at = created_at - interval '7 days')
   update installations set created_at = created_at - interval '7 days',
     active_since = active_since - interval '7 days'`,
)
const countStored = statement<{ readonly count: number }>(
  'test-count-stored',
  'select count(*) from webhook_deliveries',
)

describe.each(testDatabases())('what no delivery told of, on $name', ({ missing, open }) => {
  describe.skipIf(missing !== undefined)('is found on GitHub', () => {
    let opened: TestDatabase
    let store: OpenDeliveryStore
    let listings: Listings
    let emulator: GitHubEmulator
    /** Of GitHub and of ours: days may pass between two lines of a test. */
    let clock: ManualClock
    let catchUp: CatchUp
    /** That of all processes. */
    let limiter: RateLimiter
    /** An owner of their own for every test, so an installation of their own. */
    let owners = 0
    let name: RepositoryName
    let other: RepositoryName
    const scratch = openScratchRepository()
    const heads: string[] = []

    beforeAll(async () => {
      opened = await open()
      store = openDeliveryStore(opened.database)
      listings = openListings(opened.database)
      commitFiles(scratch, 'main', { 'a.txt': 'a\n' })
      for (let change = 0; change < 8; change++)
        heads.push(commitFiles(scratch, `change-${change}`, { 'a.txt': `${change}\n` }))
      clock = createManualClock(new Date())
      emulator = await openGitHubEmulator({
        folder: path.join(folder, opened.database.kind),
        clock,
        validate: true,
      })
      // Nobody is there: GitHub keeps what it could not deliver.
      await emulator.setWebhook({ url: `http://127.0.0.1:${await freePort()}/`, secret: 'hush' })
    }, 60_000)
    beforeEach(async () => {
      // Since when a repository is served, the database's clock says.
      clock.jump(Date.now() - clock.now().getTime())
      owners += 1
      name = repositoryName.parse(`acme-${owners}/shop`)
      other = repositoryName.parse(`acme-${owners}/till`)
      await emulator.addRepository(name, scratch.folder)
      await emulator.addRepository(other, scratch.folder)
      limiter = createProcessRateLimiter(clock)
      catchUp = start()
      warnings.length = 0
    })
    afterEach(async () => {
      await opened.database.script(
        `truncate pull_requests, webhook_deliveries, installations, served_installations, served_repositories cascade`,
      )
      await emulator.clearFaults()
    })
    afterAll(async () => {
      const violations = await emulator.violations()
      await emulator.close()
      await store.close()
      await opened.drop()
      scratch.close()
      rmSync(path.join(folder, opened.database.kind), { recursive: true, force: true })
      if (violations.length > 0) throw new Error(`against GitHub's description: ${violations.join('\n')}`)
    })

    /** A process that has just begun to lead. */
    function start(credentials: 'app' | 'token' = 'app', intervalMs = INTERVAL_MS): CatchUp {
      const { app, token } = emulator
      const github = openGitHub({
        apiUrl: emulator.url,
        credentials:
          credentials === 'app'
            ? { kind: 'app', appId: app.id, privateKey: app.privateKey }
            : { kind: 'token', token },
        clock,
        log,
        timeoutMs: 10_000,
      })
      return createCatchUp({
        github: pacedGitHub(github, { limiter, writes, clock }),
        listings,
        limiter,
        store,
        rules,
        hideSecrets: (text) => text.replace('hush', '‹secret›'),
        clock,
        newId: randomIds,
        log,
        intervalMs,
        maxAgeMs: 7 * DAY_MS,
      })
    }

    const openPullRequest = (
      change: number,
      more: { draft?: boolean; repository?: string; labels?: readonly string[] } = {},
    ): Promise<number> =>
      emulator.openPullRequest({ repository: name, head: `change-${change}`, title: 'A hush', ...more })

    /** The delivery that GitHub sends of what happened last to a pull request. */
    async function lastDelivery(): Promise<PullRequestDelivery> {
      const { guid, event: name, request } = (await emulator.deliveries()).at(-1) ?? {}
      const read = readDelivery(
        { id: `${guid}` as DeliveryId, name: name ?? '' }, // GitHub's own
        request?.payload,
        clock.now(),
      )
      if (read.kind !== 'delivery' || read.delivery.event.kind !== 'pull-request')
        throw new Error('no delivery of a pull request')
      return { ...read.delivery, event: read.delivery.event }
    }

    async function accept(delivery: Delivery): Promise<void> {
      await store.accept(delivery, decide(delivery.event, rules))
    }

    const deliver = async (): Promise<void> => accept(await lastDelivery())

    /** Takes a delivery about the installation. */
    async function deliverInstallation(installationId: number, action: string): Promise<void> {
      const event = { kind: 'installation', action, installationId, account: `acme-${owners}` } as const
      const id = randomIds() as DeliveryId // any text will do for a test
      await accept({ id, name: 'installation', action, event, receivedAt: clock.now() })
    }

    /** A pull request of which a delivery told a week ago. Returns which installation it named. */
    async function serveForAWeek(told: { installationId?: number } = {}): Promise<number> {
      await openPullRequest(0)
      const { event, ...delivery } = await lastDelivery()
      const { installationId = 0 } = event.pullRequest
      await deliverInstallation(told.installationId ?? installationId, 'created')
      await accept({ ...delivery, event: { ...event, pullRequest: { ...event.pullRequest, ...told } } })
      await opened.database.run(ageRows)
      return installationId
    }

    /** A delivery about the repository, from which on it is served. */
    async function serve(): Promise<number> {
      const number = await openPullRequest(0)
      await deliver()
      return number
    }

    /** Something that happened so long ago. */
    async function before<Result>(ms: number, happen: () => Promise<Result>): Promise<Result> {
      clock.jump(-ms)
      const result = await happen()
      clock.jump(ms)
      return result
    }

    async function owed(): Promise<(readonly [number: number, head: string, state: string])[]> {
      const rows = await opened.database.run(selectRuns)
      return rows.map((row) => [row.pr_number, row.head_commit, row.state])
    }

    test('a push, and a pull request that was opened: each is owed, once', async () => {
      const pushed = await serve()
      clock.advance(60_000)
      await emulator.push(name, 'change-0', heads[1] ?? '')
      const unheard = await openPullRequest(2)
      expect(await catchUp(never)).toBe(2)
      expect(await owed()).toEqual([
        [pushed, heads[0], 'superseded'],
        [unheard, heads[2], 'queued'],
        [pushed, heads[1], 'queued'],
      ])
      // And the deliveries may still come.
      const [stored] = await opened.database.run(countStored)
      clock.advance(INTERVAL_MS)
      expect(await catchUp(never)).toBe(0)
      await deliver()
      expect(await owed()).toHaveLength(3)
      expect(await opened.database.run(countStored)).toEqual([{ count: (stored?.count ?? 0) + 1 }])
    })

    test('also with a token, where GitHub keeps no log of deliveries', async () => {
      catchUp = start('token')
      const number = await serve()
      clock.advance(60_000)
      await emulator.push(name, 'change-0', heads[1] ?? '')
      expect(await catchUp(never)).toBe(1)
      expect((await owed()).at(-1)).toEqual([number, heads[1], 'queued'])
    })

    test('also in a repository that is new after the clock was set back', async () => {
      catchUp = start('token')
      await serve()
      clock.jump(DAY_MS)
      await catchUp(never)
      clock.jump(-DAY_MS)
      const number = await openPullRequest(1, { repository: other })
      await deliver()
      clock.advance(INTERVAL_MS)
      await emulator.push(other, 'change-1', heads[2] ?? '')
      expect(await catchUp(never)).toBe(1)
      expect((await owed()).at(-1)).toEqual([number, heads[2], 'queued'])
    })

    test('a delivery that comes at the same time makes no second run', async () => {
      await serve()
      clock.advance(60_000)
      await openPullRequest(1)
      await Promise.all([catchUp(never), deliver(), start()(never), deliver()])
      expect(await owed()).toHaveLength(2)
    })

    test('what was open before we came is left alone, whatever happens to it', async () => {
      const old = await before(3_600_000, () => openPullRequest(1))
      await serve()
      await emulator.comment(name, old, { author: 'ada', body: 'still open' })
      await emulator.editTitle(name, old, 'Another title')
      expect(await catchUp(never)).toBe(0)
      expect(await owed()).toHaveLength(1)
    })

    test('what was opened while the installation was suspended is left alone', async () => {
      const installationId = await serveForAWeek()
      expect(await catchUp(never)).toBe(0)
      await deliverInstallation(installationId, 'suspend')
      await before(3_600_000, () => openPullRequest(1))
      await deliverInstallation(installationId, 'unsuspend')
      await deliverInstallation(installationId, 'new_permissions_accepted')
      clock.advance(INTERVAL_MS)
      expect(await catchUp(never)).toBe(0)
      const number = await openPullRequest(2)
      clock.advance(INTERVAL_MS)
      expect(await catchUp(never)).toBe(1)
      expect((await owed()).at(-1)).toEqual([number, heads[2], 'queued'])
    })

    test('so is what was opened before the App was installed again, under another installation', async () => {
      const installationId = await serveForAWeek({ installationId: 1 })
      await deliverInstallation(1, 'deleted')
      await before(3_600_000, () => openPullRequest(1))
      expect(await catchUp(never)).toBe(0)
      await deliverInstallation(installationId, 'created')
      clock.advance(INTERVAL_MS)
      expect(await catchUp(never)).toBe(0)
      const number = await openPullRequest(2)
      clock.advance(INTERVAL_MS)
      expect(await catchUp(never)).toBe(1)
      expect((await owed()).at(-1)).toEqual([number, heads[2], 'queued'])
    })

    test('labels that changed make no review owed that is under way; in another order they are the same', async () => {
      await openPullRequest(0, { labels: ['bug', 'urgent'] })
      const { event, ...delivery } = await lastDelivery()
      const { pullRequest } = event
      const hear = (labels: string[], updatedAt: Date, id: string): Promise<void> =>
        accept({
          ...delivery,
          id: id as DeliveryId, // any text will do for a test
          event: { ...event, pullRequest: { ...pullRequest, labels, updatedAt } },
        })
      const stored = async (): Promise<number> =>
        (await opened.database.run(countStored)).reduce((sum, { count }) => sum + count, 0)
      await hear(['urgent', 'bug'], new Date(pullRequest.updatedAt.getTime() - 2_000), 'another-order')
      expect(await catchUp(never)).toBe(0)
      expect(await stored()).toBe(1)
      await hear(['bug'], new Date(pullRequest.updatedAt.getTime() - 1_000), 'another-label')
      clock.advance(INTERVAL_MS)
      expect(await catchUp(never)).toBe(0)
      expect(await stored()).toBe(3)
      expect(await owed()).toHaveLength(1)
    })

    test('in a repository of the installation of which no delivery told', async () => {
      await before(3_600_000, () => openPullRequest(1, { repository: other }))
      await serve()
      expect(await catchUp(never)).toBe(0)
      clock.advance(INTERVAL_MS)
      const number = await openPullRequest(2, { repository: other })
      expect(await catchUp(never)).toBe(1)
      expect((await owed()).at(-1)).toEqual([number, heads[2], 'queued'])
    })

    test('the rules are those of deliveries: a draft is left alone until it is ready', async () => {
      await serve()
      clock.advance(60_000)
      const draft = await openPullRequest(1, { draft: true })
      expect(await catchUp(never)).toBe(0)
      clock.advance(INTERVAL_MS)
      await emulator.markReady(name, draft)
      expect(await catchUp(never)).toBe(1)
      expect((await owed()).at(-1)).toEqual([draft, heads[1], 'queued'])
    })

    test('what changed longer ago than the limit is not looked for', async () => {
      const number = await serve()
      clock.advance(60_000)
      await emulator.push(name, 'change-0', heads[1] ?? '')
      clock.advance(8 * DAY_MS)
      expect(await catchUp(never)).toBe(0)
      await emulator.push(name, 'change-0', heads[2] ?? '')
      clock.advance(INTERVAL_MS)
      expect(await catchUp(never)).toBe(1)
      expect((await owed()).at(-1)).toEqual([number, heads[2], 'queued'])
    })

    test('by few calls in a sweep, going on where another leader stopped, and then not again for a while', async () => {
      await serve()
      const earlier = await emulator.requests()
      const calls = async (): Promise<number> => {
        const requests = (await emulator.requests()).slice(earlier.length)
        return requests.filter(({ path }) => /^[^?]*\/(?:pulls|repositories)(?:\?|$)/.test(path)).length
      }
      for (let repository = 0; repository < 7; repository++)
        await emulator.addRepository(`acme-${owners}/more-${repository}`, scratch.folder)
      await catchUp(never)
      expect(await calls()).toBe(5)
      await start()(never)
      // Its installation, and nine repositories.
      expect(await calls()).toBe(10)
      await start()(never)
      expect(await calls()).toBe(10)
      // Nobody has to wait for what was put off under other settings.
      await start('app', 60_000)(never)
      expect(await calls()).toBe(15)
    })

    test('by no more than 600 calls in an hour, however often is swept', { timeout: 60_000 }, async () => {
      await serve()
      const often = start('app', 1_000)
      const earlier = (await emulator.requests()).length
      for (let sweeps = 0; sweeps < 210; sweeps++) {
        await often(never)
        clock.advance(1_000)
      }
      // One token for all of them.
      expect((await emulator.requests()).length - earlier).toBe(601)
      const number = await openPullRequest(1)
      expect(await often(never)).toBe(0)
      clock.advance(3_600_000)
      expect(await often(never)).toBe(1)
      expect((await owed()).at(-1)).toEqual([number, heads[1], 'queued'])
    })

    test('a limit makes its whole installation wait, however long, with one warning', async () => {
      await serve()
      await catchUp(never)
      clock.advance(INTERVAL_MS)
      await openPullRequest(1)
      const earlier = (await emulator.requests()).length
      const calls = async (): Promise<number> => (await emulator.requests()).length - earlier
      await emulator.fail({ kind: 'secondary-limit', retryAfterSeconds: 3_600, times: 1_000 })
      for (let sweep = 0; sweep < 3; sweep++) {
        expect(await catchUp(never)).toBe(0)
        clock.advance(INTERVAL_MS)
      }
      expect(await calls()).toBe(1)
      expect(warnings).toHaveLength(1)
      await emulator.clearFaults()
      clock.advance(INTERVAL_MS)
      expect(await catchUp(never)).toBe(1)
    })

    test('who refuses us keeps nobody from the others', async () => {
      await serve()
      await catchUp(never)
      clock.advance(INTERVAL_MS)
      await openPullRequest(1)
      const gone = { message: 'Repository access blocked' }
      await emulator.fail({ kind: 'status', status: 403, body: gone, path: '/installation/repositories' })
      await emulator.fail({ kind: 'status', status: 451, body: gone, path: `/${other}/pulls` })
      expect(await catchUp(never)).toBe(1)
    })

    test('a limit makes it wait until it is over, and a failure until the next round', async () => {
      const number = await serve()
      clock.advance(60_000)
      await emulator.push(name, 'change-0', heads[1] ?? '')
      await emulator.fail({ kind: 'secondary-limit', path: '/pulls', retryAfterSeconds: 60 })
      expect(await catchUp(never)).toBe(0)
      clock.advance(61_000)
      await emulator.fail({ kind: 'status', status: 502, path: `/${name}/pulls` })
      expect(await catchUp(never)).toBe(0)
      clock.advance(INTERVAL_MS)
      expect(await catchUp(never)).toBe(1)
      expect((await owed()).at(-1)).toEqual([number, heads[1], 'queued'])
    })
  })
})
