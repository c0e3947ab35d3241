import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Fault } from '../../emulators/github/faults.ts'
import { openRedisQueue } from '../../src/queue/queue.redis.ts'
import { queueKeys } from '../../src/queue/queue-lua.redis.ts'
import type { Queue } from '../../src/queue/queue.ts'
import { openRedis } from '../../src/redis/open-redis.ts'
import type { Redis } from '../../src/redis/redis.ts'
import { createLogger } from '../../src/telemetry/logger.ts'
import { openPrivatePostgres, openPrivateRedis } from '../services.ts'
import { PATIENCE_MS, type ProductProcess } from './product-process.ts'
import { doneOnce, openStage, type Stage } from './stage.ts'

const database = await openPrivatePostgres(['fsync=off'])
const server = await openPrivateRedis()
const log = createLogger('silent')

/** Without what names the pull request, the commit or the installation. */
type Call = Pick<Fault, 'method' | 'path'> & { readonly skip?: number }

describe.skipIf(!database || !server)('GitHub in trouble', { timeout: 3 * PATIENCE_MS }, () => {
  let stage: Stage
  let product: ProductProcess
  let redis: Redis
  let queue: Queue

  beforeAll(async () => {
    if (!database || !server) return
    stage = await openStage({ postgresUrl: database.url, redisUrl: server.url })
    redis = openRedis({ url: server.url, log })
    queue = openRedisQueue(redis, { log, prefix: 'lorgnette' })
    product = await stage.start('start')
  })
  afterAll(async () => {
    await stage?.close()
    await queue?.close()
    await redis?.close()
    await Promise.all([database?.stop(), server?.stop()])
  })

  /** How the product's jobs ended so far, whatever they were about. */
  function jobOutcomes(): readonly unknown[] {
    return product.log().flatMap(({ msg, outcome }) => (msg === 'job settled' ? [outcome] : []))
  }

  describe('on each call in turn', () => {
    /** Every call of a review, as it is made for this pull request. */
    const callsFor = (number: number): readonly Call[] => [
      { method: 'POST', path: '/access_tokens$' },
      { method: 'GET', path: `/pulls/${number}$` },
      { method: 'GET', path: `/pulls/${number}$`, skip: 1 },
      { method: 'GET', path: `/pulls/${number}/files` },
      { method: 'POST', path: `/pulls/${number}/reviews$` },
      { method: 'POST', path: '/check-runs$' },
    ]

    async function faultsMet(): Promise<number> {
      return (await stage.github.requests()).filter(({ fault }) => fault !== undefined).length
    }

    test('those are all calls that a review makes', async () => {
      const [number = 0] = await stage.openTaken(1)
      await stage.outcomes(number)
      const known = callsFor(number)
      const unknown = (await stage.github.requests()).filter(
        ({ method, path }) =>
          // The reconciler asks for missed deliveries, whether there is a review or not.
          !path.startsWith('/app/hook/') &&
          // The rules of the project are read once for all reviews of a base commit.
          path !== '/graphql' &&
          !known.some((call) => call.method === method && new RegExp(call.path ?? '').test(path)),
      )
      expect(unknown).toEqual([])
    })

    test.each<readonly [what: string, Fault]>([
      ["a proxy's 502", { kind: 'status', status: 502, body: '<html>Bad Gateway</html>' }],
      ['a reset', { kind: 'reset' }],
      ['a page of HTML with status 200', { kind: 'status', status: 200, body: '<html>Please log in</html>' }],
      ['half a JSON with status 200', { kind: 'status', status: 200, body: '{"id": 12, "head": {"sha": "0' }],
      ['an expired token', { kind: 'bad-credentials' }],
    ])('%s is one review all the same', async (_what, fault) => {
      const first = (await stage.runs()).length + 1
      const met = await faultsMet()
      const numbers: number[] = []
      const openWithFault = async (index: number): Promise<void> => {
        await stage.github.fail({ ...fault, ...callsFor(first + numbers.length)[index] })
        numbers.push(...(await stage.openTaken(1)))
      }
      // A token is for all, and a check run does not name its pull request: nobody else may meet those faults.
      await stage.github.revokeTokens()
      // Our own signature is no token: GitHub refuses that for good.
      if (fault.kind !== 'bad-credentials') await openWithFault(0)
      await stage.outcomes(...numbers)
      for (const index of [1, 2, 3]) await openWithFault(index)
      await stage.outcomes(...numbers)
      await openWithFault(5)
      await vi.waitFor(async () => expect(await faultsMet()).toBe(met + numbers.length), PATIENCE_MS)
      await openWithFault(4)
      expect(await stage.outcomes(...numbers)).toEqual(doneOnce(...numbers))
      expect(jobOutcomes()).not.toContain('buried')
    })
  })

  describe('limits our rate', () => {
    /** When the one job that waits may be claimed. */
    async function parked(): Promise<{ atMs: number }> {
      return await vi.waitFor(
        async () => {
          expect(await queue.depth()).toMatchObject({ delayed: 1, ready: 0, leased: 0, deadLetters: 0 })
          const [, at] = (await redis.send(['ZRANGE', DELAYED, '0', '0', 'WITHSCORES'])) as string[]
          return { atMs: Number(at) }
        },
        { timeout: PATIENCE_MS, interval: 20 },
      )
    }
    const [, , DELAYED = ''] = queueKeys('lorgnette')

    /** As if whatever any limit has jobs wait for had passed. */
    async function passLimits(): Promise<void> {
      for (const key of (await redis.send(['KEYS', '*limits*'])) as string[]) await redis.send(['DEL', key])
      for (const job of (await redis.send(['ZRANGE', DELAYED, '0', '-1'])) as string[])
        await redis.send(['ZADD', DELAYED, 'XX', '0', job])
    }
    // Nobody waits for the places of all that was written until now.
    beforeEach(passLimits)

    /** How jobs ended that did not do their work. The process says so after its queue knows. */
    const waits = (): readonly unknown[] => jobOutcomes().filter((outcome) => outcome !== 'completed')

    test('without saying until when: all jobs of the installation wait a minute, at no cost of an attempt', async () => {
      const before = Date.now()
      const [number = 0] = await stage.openTaken(1)
      await stage.outcomes(number)
      const limited = number + 1
      const earlier = waits().length
      await stage.github.fail({ kind: 'secondary-limit', path: `/pulls/${limited}/files` })
      await stage.openTaken(1)
      const { atMs } = await parked()
      expect(atMs - before).toBeGreaterThanOrEqual(60_000)
      // Whoever comes next does not ask GitHub to hear the same.
      const [other = 0] = await stage.openTaken(1)
      await vi.waitFor(async () => expect(await queue.depth()).toMatchObject({ delayed: 2 }), PATIENCE_MS)
      await vi.waitFor(
        () => expect(waits().slice(earlier)).toEqual(['rate-limited', 'rate-limited']),
        PATIENCE_MS,
      )
      const asked = (await stage.github.requests()).filter(({ path }) => path.includes(`/pulls/${other}`))
      expect(asked).toEqual([])
      await passLimits()
      expect(await stage.outcomes(limited, other)).toEqual(doneOnce(limited, other))
    })

    test('until a reset in forty minutes: the job is parked that long, and is no dead letter', async () => {
      const before = Date.now()
      // Of the review: the reconciler asks GitHub every second, too.
      await stage.github.fail({ kind: 'primary-limit', resetInSeconds: 2_400, path: '/pulls/\\d' })
      await stage.openTaken(1)
      const { atMs } = await parked()
      expect(atMs - before).toBeGreaterThanOrEqual(2_399_000)
      expect((await stage.runs()).at(-1)).toMatchObject({ state: 'running', attempt: 1 })
    })
  })
})
