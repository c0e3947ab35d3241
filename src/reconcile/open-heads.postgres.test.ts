import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { testDatabases, type TestDatabase } from '../../test/databases.ts'
import { commitId, repositoryName } from '../github/github.ts'
import { statement } from '../postgres/database.ts'
import { openRunStore } from '../review/run-store.postgres.ts'
import type { RunId } from '../review/run.ts'
import { decide } from '../webhooks/decide.ts'
import { openDeliveryStore, type OpenDeliveryStore } from '../webhooks/delivery-store.postgres.ts'
import type {
  DeliveredPullRequest,
  DeliveryEvent,
  DeliveryId,
  PullRequestAction,
} from '../webhooks/delivery.ts'
import { openOpenHeads } from './open-heads.postgres.ts'
import type { OpenHeads } from './open-heads.ts'

const rules = { reviewDrafts: false, ignoreBots: true, ignoreLabels: ['No-Review'] }
const head = (digit: string) => commitId.parse(digit.repeat(40))
const loseRuns = statement<never>('test-lose-runs', 'delete from review_runs')
const supersedeRuns = statement<never>(
  'test-supersede-runs',
  `update review_runs set state = 'superseded', ended_at = now() where ended_at is null`,
)
const ageHolds = statement<never>(
  'test-age-holds',
  `update run_holds set held_until = held_until - interval '10 minutes'`,
)

describe.each(testDatabases())('open heads on $name', ({ missing, open }) => {
  describe.skipIf(missing !== undefined)('against their runs', () => {
    let opened: TestDatabase
    let deliveries: OpenDeliveryStore
    let heads: OpenHeads
    let count = 0
    beforeAll(async () => {
      opened = await open()
      deliveries = openDeliveryStore(opened.database)
      heads = openOpenHeads(opened.database, rules)
    })
    afterEach(() => opened.database.script('truncate pull_requests, webhook_deliveries, head_counts cascade'))
    afterAll(async () => {
      await deliveries.close()
      await opened.drop()
    })

    /** A delivery as the rules take it. Returns the run that it asks for. */
    async function deliver(
      number: number,
      told: Partial<DeliveredPullRequest> = {},
      action: PullRequestAction = 'opened',
    ): Promise<RunId | undefined> {
      const event: DeliveryEvent = {
        kind: 'pull-request',
        action,
        baseChanged: false,
        pullRequest: {
          repository: repositoryName.parse('octo/shop'),
          number,
          title: 'A change',
          author: { login: 'ada', isBot: false },
          state: 'open',
          draft: false,
          locked: false,
          labels: [],
          head: head('a'),
          baseBranch: 'main',
          updatedAt: new Date('2026-01-01T00:00:00Z'),
          ...told,
        },
      }
      const id = `delivery-${++count}` as DeliveryId // any text will do for a test
      const delivery = { id, name: 'pull_request', action, receivedAt: new Date(), event }
      return (await deliveries.accept(delivery, decide(event, rules))).run
    }

    test('are delivered, under way, or missing', async () => {
      const runs = openRunStore(opened.database)
      const id = await deliver(1)
      await deliver(2)
      expect(await heads.count()).toEqual({ owed: 2, delivered: 0, missing: 0 })

      const taken = id && (await runs.start(id, { holdMs: 0 }))
      if (taken?.kind !== 'started') throw new Error('the run was not started')
      const hunks = { read: 1, 'from-cache': 0, skipped: 0, 'over-budget': 0, failed: 0 }
      const findings = { posted: 0, merged: 0, dropped: 0 }
      const receipt = { outcome: 'reviewed', reader: { analysers: [] }, hunks, files: [], findings } as const
      await runs.end(taken.run, { state: 'completed', receipt })
      expect(await heads.count()).toEqual({ owed: 2, delivered: 1, missing: 0 })
      expect(await heads.lastCount()).toMatchObject({ owed: 2, delivered: 1, missing: 0 })
    })

    test('that are missing get a run, each once', async () => {
      await deliver(1)
      await deliver(2)
      await opened.database.run(loseRuns)
      expect(await heads.count()).toEqual({ owed: 2, delivered: 0, missing: 2 })
      const [one, other] = await Promise.all([heads.oweMissing(), heads.oweMissing()])
      expect(one + other).toBe(2)
      expect(await heads.count()).toEqual({ owed: 2, delivered: 0, missing: 0 })
      expect(await openRunStore(opened.database).owed(10)).toHaveLength(2)
    })

    test('whose run was superseded have it taken up again', async () => {
      const id = await deliver(1)
      await opened.database.run(supersedeRuns)
      expect(await heads.count()).toMatchObject({ missing: 1 })
      expect(await heads.oweMissing()).toBe(1)
      expect(await openRunStore(opened.database).owed(10)).toEqual([id])
    })

    test('of older heads, and of pull requests that are left alone, are owed nothing', async () => {
      await deliver(1)
      await deliver(1, { head: head('b'), updatedAt: new Date('2026-01-01T00:01:00Z') }, 'synchronize')
      await deliver(2, { draft: true })
      await deliver(3, { author: { login: 'bump[bot]', isBot: true } })
      await deliver(4, { labels: ['bug', 'no-review'] })
      await deliver(5, { locked: true })
      await deliver(6)
      await deliver(6, { state: 'closed', updatedAt: new Date('2026-01-01T00:01:00Z') }, 'closed')
      expect(await heads.count()).toEqual({ owed: 1, delivered: 0, missing: 0 })
      expect(await heads.oweMissing()).toBe(0)
    })

    test('that a worker died over are free again, and those of the living are not', async () => {
      const runs = openRunStore(opened.database)
      const id = await deliver(1)
      if (!id) throw new Error('a run is owed')
      await runs.start(id, { holdMs: 10_000 })
      expect(await heads.freeDead()).toBe(0)
      expect(await runs.start(id, { holdMs: 10_000 })).toEqual({ kind: 'busy' })
      await opened.database.run(ageHolds)
      expect(await heads.freeDead()).toBe(1)
      expect(await runs.start(id, { holdMs: 10_000 })).toMatchObject({ kind: 'started' })
    })
  })
})
