import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { queueKeys } from '../../src/queue/queue-lua.redis.ts'
import { openRedis } from '../../src/redis/open-redis.ts'
import type { Redis } from '../../src/redis/redis.ts'
import { createLogger } from '../../src/telemetry/logger.ts'
import { openPrivatePostgres, openPrivateRedis, type PrivateRedis } from '../services.ts'
import { PATIENCE_MS, type ProductProcess } from './product-process.ts'
import { doneOnce, openStage, type Stage } from './stage.ts'

const opened = await openPrivateRedis(['--appendonly', 'yes', '--appendfsync', 'everysec'])
const database = await openPrivatePostgres(['fsync=off'])
const [JOBS] = queueKeys('lorgnette')

describe.skipIf(!opened || !database)('Redis in trouble', { timeout: 2 * PATIENCE_MS }, () => {
  let server: PrivateRedis
  let stage: Stage
  let web: ProductProcess
  /** Past the product. */
  let redis: Redis

  beforeAll(async () => {
    if (!opened || !database) return
    server = opened
    stage = await openStage({ postgresUrl: database.url, redisUrl: server.url })
    redis = openRedis({ url: server.url, log: createLogger('silent') })
    web = await stage.start('serve')
    await stage.start('work')
  })
  afterAll(async () => {
    await redis?.close()
    await stage?.close()
    await Promise.all([opened?.stop(), database?.stop()])
  })

  async function readiness(): Promise<unknown> {
    const response = await fetch(`${web.url}/readyz`)
    return { status: response.status, body: await response.json() }
  }

  test('down: deliveries are accepted, the page of readiness names it, and the work is done when it is back', async () => {
    await server.kill()
    const numbers = await stage.openTaken(3)
    expect(await readiness()).toMatchObject({
      status: 200,
      body: {
        ready: true,
        checks: { queue: { ok: false, problem: expect.stringContaining('Redis') as string } },
      },
    })
    await server.start()
    expect(await stage.outcomes(...numbers)).toEqual(doneOnce(...numbers))
  })

  test.each(['everysec', 'always'])(
    'killed under load (appendfsync %s), with jobs that wait and jobs under way, it loses nothing and repeats nothing',
    async (fsync) => {
      await redis.send(['CONFIG', 'SET', 'appendfsync', fsync])
      const release = stage.holdModel()
      const numbers = await stage.openTaken(8)
      await stage.modelHolds(5)
      await server.kill()
      const meanwhile = await stage.openTaken(2)
      await server.start()
      release()
      expect(await stage.outcomes(...numbers, ...meanwhile)).toEqual(doneOnce(...numbers, ...meanwhile))
    },
  )

  test('wiped under load, it is filled again from what is owed, and nothing is said twice', async () => {
    const release = stage.holdModel()
    const numbers = await stage.openTaken(7)
    await stage.modelHolds(5)
    await redis.send(['FLUSHALL'])
    await vi.waitFor(async () => expect(await redis.send(['EXISTS', JOBS])).toBe(1), PATIENCE_MS)
    release()
    expect(await stage.outcomes(...numbers)).toEqual(doneOnce(...numbers))
  })

  test('without its consumer group, the group is made again and the jobs are done', async () => {
    await redis.send(['XGROUP', 'DESTROY', JOBS, 'workers'])
    const numbers = await stage.openTaken(2)
    expect(await stage.outcomes(...numbers)).toEqual(doneOnce(...numbers))
  })

  test('full (maxmemory, noeviction): deliveries are accepted, the log says who is left to the reconciler', async () => {
    await redis.send(['CONFIG', 'SET', 'maxmemory-policy', 'noeviction', 'maxmemory', '1'])
    const numbers = await stage.openTaken(2)
    await web.says('enqueueing failed: left to the reconciler')
    await redis.send(['CONFIG', 'SET', 'maxmemory', '0'])
    expect(await stage.outcomes(...numbers)).toEqual(doneOnce(...numbers))
  })

  test('paused for five seconds (CLIENT PAUSE): deliveries are accepted meanwhile', async () => {
    await redis.send(['CLIENT', 'PAUSE', '5000', 'ALL'])
    const numbers = await stage.openTaken(3)
    expect(await stage.outcomes(...numbers)).toEqual(doneOnce(...numbers))
  })

  test('mute (it accepts connections and says nothing): deliveries are accepted, and no request stays open', async () => {
    server.freeze()
    onTestFinished(() => server.thaw())
    const numbers = await stage.openTaken(8)
    expect(await readiness()).toMatchObject({ status: 200, body: { checks: { queue: { ok: false } } } })
    server.thaw()
    expect(await stage.outcomes(...numbers)).toEqual(doneOnce(...numbers))
  })
})
