import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import {
  atMost,
  blockedReads,
  newJob,
  openTestQueue,
  type RedisQueueUnderTest,
} from '../../test/redis-queue.ts'
import { openPrivateRedis, type PrivateRedis } from '../../test/services.ts'
import { errorKind, errorMessage } from '../base/errors.ts'
import { checkRedis } from '../redis/check-redis.ts'
import type { ClaimedJob, Queue } from './queue.ts'

const server = await openPrivateRedis(['--appendonly', 'yes', '--appendfsync', 'everysec'])
const never = new AbortController().signal
const names = (jobs: readonly { id: string }[]): string[] => jobs.map(({ id }) => id)
const waiting = { waitMs: 600_000 }

/** Claims as the worker does: when Redis is away it tries again. */
async function claimDespite(queue: Queue): Promise<readonly ClaimedJob[]> {
  for (;;) {
    try {
      return await queue.claim(atMost(5, waiting), never)
    } catch (error) {
      if (errorKind(error) !== 'retryable') throw error
    }
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

async function claimOne(queue: Queue): Promise<ClaimedJob> {
  const [job] = await queue.claim(atMost(1), never)
  if (!job) throw new Error('there is no job')
  return job
}

describe.skipIf(!server)('the queue on a Redis in trouble', () => {
  let redis: PrivateRedis
  beforeAll(() => {
    if (server) redis = server
  })
  afterAll(() => server?.stop())

  function open(): RedisQueueUnderTest {
    const opened = openTestQueue(redis.url)
    onTestFinished(() => opened.close())
    return opened
  }

  test('wiped during a blocked read, it begins anew and goes on waiting', async () => {
    const { redis, queue } = open()
    await queue.enqueue([newJob('before')])
    const stale = await claimOne(queue)
    const claim = queue.claim(atMost(1, waiting), never)
    await blockedReads(redis, 1)
    await redis.send(['FLUSHALL'])
    await blockedReads(redis, 1)
    await queue.enqueue([newJob('before'), newJob('after')])
    expect(names(await claim)).toEqual(['before'])
    expect(await queue.complete(stale)).toBe(false)
    expect(await queue.extend(stale, 10_000)).toBe(false)
    expect(await queue.depth()).toMatchObject({ ready: 1, leased: 1 })
  })

  test('a blocked connection that is killed is made again, and the claim goes on waiting', async () => {
    const { redis, queue } = open()
    const claim = queue.claim(atMost(1, waiting), never)
    await blockedReads(redis, 1)
    const clients = String(await redis.send(['CLIENT', 'LIST'])).split('\n')
    const blocked = clients.find((client) => client.includes('cmd=xreadgroup'))
    await redis.send(['CLIENT', 'KILL', 'ID', /id=(\d+)/.exec(blocked ?? '')?.[1] ?? ''])
    await blockedReads(redis, 1)
    await queue.enqueue([newJob('after')])
    expect(names(await claim)).toEqual(['after'])
  })

  test('killed and started again during a blocked read, it has every job as it was', async () => {
    const { queue, clock, redis: connection } = open()
    await queue.enqueue([newJob('held'), newJob('buried')])
    const held = await claimOne(queue)
    await queue.bury(await claimOne(queue), 'no')
    await queue.enqueue([newJob('delayed', new Date(clock.now().getTime() + 5_000))])
    const claim = claimDespite(queue)
    await blockedReads(connection, 1)
    await redis.kill()
    await expect(queue.enqueue([newJob('while away')])).rejects.toMatchObject({ kind: 'retryable' })
    await redis.start()
    await expect.poll(() => queue.enqueue([newJob('waits')]).catch(errorKind)).toBe(1)
    expect(names(await claim)).toEqual(['waits'])
    expect(await queue.depth()).toMatchObject({ delayed: 1, leased: 2, deadLetters: 1 })
    expect(await queue.enqueue([newJob('held'), newJob('buried'), newJob('delayed'), newJob('waits')])).toBe(
      0,
    )
    expect(await queue.complete(held)).toBe(true)
  })

  test('mute, it fails every call within two seconds, then at once, and comes back by itself', async () => {
    const { queue } = open()
    await queue.enqueue([newJob('before')])
    redis.freeze()
    onTestFinished(() => redis.thaw())
    const started = performance.now()
    const calls = [
      ...Array.from({ length: 50 }, (_, index) => queue.enqueue([newJob(`job ${index}`)])),
      queue.depth(),
      queue.claim(atMost(1, waiting), never),
    ]
    const kinds = await Promise.all(calls.map((call) => call.then(() => 'done', errorKind)))
    expect(new Set(kinds)).toEqual(new Set(['retryable']))
    expect(performance.now() - started).toBeLessThan(3_000)
    const later = performance.now()
    await expect(queue.depth()).rejects.toMatchObject({ kind: 'retryable' })
    const pauses = Array.from({ length: 20 }, () => queue.depth().catch(errorKind))
    expect(new Set(await Promise.all(pauses))).toEqual(new Set(['retryable']))
    expect(performance.now() - later).toBeLessThan(3_000)
    redis.thaw()
    await expect.poll(() => queue.enqueue([newJob('after')]).catch(errorKind), { timeout: 10_000 }).toBe(1)
  })

  test('a claim whose reply never came costs no attempt', async () => {
    const { queue } = open()
    await queue.enqueue([newJob('claimed')])
    redis.freeze()
    onTestFinished(() => redis.thaw())
    await expect(queue.claim(atMost(1), never)).rejects.toMatchObject({ kind: 'retryable' })
    redis.thaw()
    await expect
      .poll(() => queue.claim(atMost(1), never).catch(errorKind), { timeout: 10_000 })
      .toMatchObject([{ id: 'claimed', attempt: 1 }])
  })

  test('full, it refuses new jobs whole, and all that is there can be worked off', async () => {
    const { redis, queue, clock } = open()
    const ids = ['completed', 'given back', 'delayed', 'buried', 'kept']
    await queue.enqueue([...ids, 'fresh'].map((id) => newJob(id)))
    const claimed = await queue.claim(atMost(ids.length), never)
    const [completed, givenBack, delayed, buried, kept] = claimed
    if (!completed || !givenBack || !delayed || !buried || !kept) throw new Error('jobs are missing')
    await redis.send(['CONFIG', 'SET', 'maxmemory-policy', 'noeviction', 'maxmemory', '1'])
    onTestFinished(async () => {
      await redis.send(['CONFIG', 'SET', 'maxmemory', '0'])
    })

    const refused = await queue.enqueue([newJob('refused'), newJob('too')]).catch((error: unknown) => error)
    expect([errorKind(refused), errorMessage(refused)]).toEqual(['retryable', expect.stringContaining('OOM')])
    expect(await queue.extend(kept, 20_000)).toBe(true)
    expect(await queue.complete(completed)).toBe(true)
    const retry = { countsAsAttempt: true, reason: 'not yet' }
    expect(await queue.retry(givenBack, { delayMs: 0, ...retry })).toBe(true)
    expect(await queue.retry(delayed, { delayMs: 60_000, ...retry })).toBe(true)
    expect(await queue.bury(buried, 'no')).toBe(true)
    expect(names(await queue.claim(atMost(5, waiting), never))).toEqual(['fresh', 'given back'])
    clock.advance(60_000)
    expect(names(await queue.claim(atMost(5), never))).toEqual(['fresh', 'given back', 'kept', 'delayed'])
    expect(await queue.replay(buried.id)).toBe(true)
    expect(names(await queue.claim(atMost(5), never))).toEqual(['buried'])

    await redis.send(['CONFIG', 'SET', 'maxmemory', '0'])
    expect(await queue.enqueue([newJob('refused'), newJob('too')])).toBe(2)
  })
})

describe.skipIf(!server)('the queue on a node of a cluster', () => {
  test('finds all its keys in one slot, whatever it does', async () => {
    const node = await openPrivateRedis(['--cluster-enabled', 'yes'])
    onTestFinished(() => node?.stop())
    const { redis, queue, clock, close } = openTestQueue(node?.url ?? '')
    await redis.send(['CLUSTER', 'ADDSLOTSRANGE', '0', '16383'])
    const isUp = async () => String(await redis.send(['CLUSTER', 'INFO'])).includes('cluster_state:ok')
    await expect.poll(isUp, { timeout: 20_000 }).toBe(true)
    expect((await checkRedis(redis)).warnings).toContainEqual(expect.stringContaining('cluster'))
    const soon = new Date(clock.now().getTime() + 1_000)
    expect(await queue.enqueue([newJob('one'), newJob('two'), newJob('delayed', soon)])).toBe(3)
    await queue.complete(await claimOne(queue))
    const job = await claimOne(queue)
    expect(await queue.extend(job, 60_000)).toBe(true)
    expect(await queue.retry(job, { delayMs: 1_000, countsAsAttempt: true, reason: 'not yet' })).toBe(true)
    clock.advance(1_000)
    const jobs = await queue.claim(atMost(5), never)
    expect(names(jobs).sort()).toEqual(['delayed', 'two'])
    for (const job of jobs) await queue.bury(job, 'no')
    expect(await queue.replay(newJob('two').id)).toBe(true)
    expect(await queue.discard(newJob('delayed').id)).toBe(true)
    expect(await queue.depth()).toMatchObject({ ready: 1, deadLetters: 0 })
    await close()
  })
})
