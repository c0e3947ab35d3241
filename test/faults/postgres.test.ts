import pg from 'pg'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { defaultLimits } from '../../src/server/http-server.ts'
import { openPrivatePostgres, openPrivateRedis, type PrivatePostgres } from '../services.ts'
import { PATIENCE_MS, type ProductProcess } from './product-process.ts'
import { doneOnce, openStage, type Stage } from './stage.ts'

const opened = await openPrivatePostgres(['fsync=off'])
const redis = await openPrivateRedis()

describe.skipIf(!opened || !redis)('PostgreSQL in trouble', { timeout: 2 * PATIENCE_MS }, () => {
  let server: PrivatePostgres
  let stage: Stage
  let web: ProductProcess
  let worker: ProductProcess

  beforeAll(async () => {
    if (!opened || !redis) return
    server = opened
    stage = await openStage({ postgresUrl: server.url, redisUrl: redis.url })
    web = await stage.start('serve')
    worker = await stage.start('work')
  })
  afterAll(async () => {
    await stage?.close()
    await Promise.all([opened?.stop(), redis?.stop()])
  })

  /** A session of somebody else, which ends with the test. */
  async function openSession(): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: stage.databaseUrl })
    await client.connect()
    onTestFinished(() => client.end())
    return client
  }

  /** The delivery that was answered last. */
  async function lastAnswer(): Promise<{ statusCode: number; response: unknown; guid: string }> {
    const last = (await stage.github.deliveries()).at(-1)
    if (!last) throw new Error('there was no delivery')
    return last
  }

  /** Deliveries that the product remembers, and those that it said it had taken, both by id. */
  async function books(): Promise<{ kept: readonly string[]; taken: readonly string[] }> {
    const kept = await stage.query<{ id: string }>('select id from webhook_deliveries order by id')
    const taken = (await stage.github.deliveries()).filter(({ statusCode }) => statusCode === 202)
    return {
      kept: kept.map(({ id }) => id),
      taken: [...new Set(taken.map(({ guid }) => guid))].sort(),
    }
  }

  test('killed in the middle of jobs: deliveries are answered 503, and afterwards all is reviewed once', async () => {
    const release = stage.holdModel()
    const under = await stage.openTaken(3)
    await stage.modelHolds(3)
    await server.kill()
    const refused = [await stage.open(), await stage.open()]
    expect(await lastAnswer()).toMatchObject({
      statusCode: 503,
      response: { headers: { 'retry-after': expect.stringMatching(/^\d+$/) as string } },
    })
    expect((await fetch(`${web.url}/readyz`)).status).toBe(503)
    expect((await fetch(`${web.url}/healthz`)).status).toBe(200)
    release()
    await server.start()
    await stage.redeliverRefused()
    expect(await stage.outcomes(...under, ...refused)).toEqual(doneOnce(...under, ...refused))
    const { kept, taken } = await books()
    expect(kept).toEqual(taken)
  })

  test('away for longer than four tries take: those that cannot begin cost no attempt, and all is reviewed once', async () => {
    const release = stage.holdModel()
    const numbers = await stage.openTaken(3)
    await stage.modelHolds(3)
    const earlier = worker.log().length
    const settled = () =>
      worker
        .log()
        .slice(earlier)
        .filter(({ msg }) => msg === 'job settled')
    await server.kill()
    release()
    await vi.waitFor(
      () => expect(settled().filter(({ outcome }) => outcome === 'not-begun').length).toBeGreaterThan(3 * 4),
      PATIENCE_MS,
    )
    await server.start()
    expect(await stage.outcomes(...numbers)).toEqual(doneOnce(...numbers))
    // One in which it went away, and the one after.
    expect(settled().filter(({ attempt }) => Number(attempt) > 2)).toEqual([])
  })

  test('read-only: nothing is accepted, the log names the state, and it goes on by itself', async () => {
    const administrator = await openSession()
    await administrator.query('set session characteristics as transaction read write')
    const setReadOnly = async (value: 'on' | 'off'): Promise<void> => {
      await administrator.query(`alter system set default_transaction_read_only = ${value}`)
      await administrator.query('select pg_reload_conf()')
    }
    const release = stage.holdModel()
    const under = await stage.openTaken(2)
    await stage.modelHolds(2)
    await setReadOnly('on')
    onTestFinished(() => setReadOnly('off'))
    release()
    // Until every session of the product has heard of it.
    const refused = await vi.waitFor(
      async () => {
        const number = await stage.open()
        expect(await lastAnswer()).toMatchObject({ statusCode: 503 })
        return number
      },
      { timeout: PATIENCE_MS, interval: 100 },
    )
    await vi.waitFor(
      () =>
        expect(web.log()).toContainEqual(
          expect.objectContaining({
            level: 'warn',
            problem: expect.stringMatching(/read-only.*25006/) as string,
          }),
        ),
      PATIENCE_MS,
    )
    expect((await stage.runs()).filter(({ state }) => state === 'failed')).toEqual([])
    await setReadOnly('off')
    await stage.redeliverRefused()
    expect(await stage.outcomes(...under, refused)).toEqual(doneOnce(...under, refused))
    const { kept, taken } = await books()
    expect(kept).toEqual(taken)
  })

  test('stuck behind a lock, with every connection in use: deliveries and pages are answered 503 meanwhile, and none stays open', async () => {
    // What a sender waits at most is our own limit, which a loaded machine does not change.
    expect(defaultLimits.storeMs).toBeLessThan(2_000)
    const blocker = await openSession()
    await blocker.query('begin; lock table pull_requests, review_runs in access exclusive mode')
    const template = (await stage.github.deliveries()).at(-1)?.request.payload ?? {}
    const pages = Array.from({ length: 20 }, () => fetch(`${web.url}/api/runs`))
    const deliveries = Array.from({ length: 50 }, () => stage.github.deliver('pull_request', template))
    const statuses = [
      ...(await Promise.all(pages)).map(({ status }) => status),
      ...(await Promise.all(deliveries)).map((delivery) => delivery?.statusCode),
    ]
    // All have their answer, and the lock is still held.
    expect(new Set(statuses)).toEqual(new Set([503]))
    await blocker.query('rollback')
    await stage.redeliverRefused()
    const numbers = await stage.openTaken(1)
    expect(await stage.outcomes(...numbers)).toEqual(doneOnce(...numbers))
  })
})
