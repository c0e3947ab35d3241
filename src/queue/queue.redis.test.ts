import { describe, expect, inject, test } from 'vitest'
import { atMost, newJob, openTestQueue } from '../../test/redis-queue.ts'
import { queueContract } from './queue.contract.ts'
import { queueKeys } from './queue-lua.redis.ts'
import { readEntryIds } from './queue-replies.redis.ts'

const url = inject('redisUrl')
const open = () => openTestQueue(url ?? '')
const never = new AbortController().signal
const names = (jobs: readonly { id: string }[]): string[] => jobs.map(({ id }) => id)

describe.skipIf(url === undefined)('the queue on Redis', () => {
  queueContract(() => {
    const { queue, clock, openAnother, openWithoutClock, clear, close } = open()
    return Promise.resolve({
      queue,
      now: () => clock.now(),
      advance: (ms) => clock.advance(ms),
      clear,
      openAnother: () => {
        const another = openAnother()
        return { ...another.queue, close: another.close }
      },
      openOnServiceTime: openWithoutClock,
      close,
    })
  })

  test("without a clock it goes by the server's time", async () => {
    const { openWithoutClock, close } = open()
    const queue = openWithoutClock()
    await queue.enqueue([
      newJob('now'),
      newJob('later', new Date(Date.now() + 3_600_000)),
      newJob('soon', new Date(Date.now() + 50)),
    ])
    const [first] = await queue.claim(atMost(1, { leaseMs: 60_000 }), never)
    expect(first?.id).toBe('now')
    expect(first?.leaseUntil.getTime()).toBeGreaterThan(Date.now() + 30_000)
    expect(names(await queue.claim(atMost(5, { waitMs: 20_000 }), never))).toEqual(['soon'])
    await queue.close()
    await close()
  })

  test('a worker that waits gets the delayed job of another process when its time has come', async () => {
    const { clock, queue, openAnother, close } = open()
    const other = openAnother()
    const waiting = queue.claim(atMost(1, { waitMs: 600_000 }), never)
    await other.queue.enqueue([newJob('later', new Date(clock.now().getTime() + 3_000))])
    await clock.sleepers(1)
    clock.advance(3_000)
    expect(await waiting).toMatchObject([{ id: 'later', attempt: 1 }])
    await other.close()
    await close()
  })

  test('two connections that race for the same lost leases share them', async () => {
    const { clock, queue, openAnother, close } = open()
    const other = openAnother()
    const ids = Array.from({ length: 40 }, (_, index) => `job ${index}`)
    await queue.enqueue(ids.map((id) => newJob(id)))
    await queue.claim(atMost(40), never)
    clock.advance(10_000)
    const claims = Array.from({ length: 20 }, (_, turn) =>
      (turn % 2 === 0 ? queue : other.queue).claim(atMost(3), never),
    )
    const claimed = (await Promise.all(claims)).flat()
    expect(names(claimed).sort()).toEqual(ids.sort())
    expect(new Set(claimed.map(({ attempt }) => attempt))).toEqual(new Set([2]))
    await other.close()
    await close()
  })

  test('an abort in the very moment in which a job comes loses no job', async () => {
    const { queue, close } = open()
    for (let round = 0; round < 60; round++) {
      const stop = new AbortController()
      const waiting = queue.claim(atMost(1, { waitMs: 60_000 }), stop.signal)
      // Later each round, so that the abort meets every step of the claim.
      for (let turn = 0; turn < round / 2; turn++) await new Promise((resolve) => setImmediate(resolve))
      const added = queue.enqueue([newJob(`job ${round}`)])
      stop.abort()
      await added
      const claimed = [...(await waiting), ...(await queue.claim(atMost(1), never))]
      expect(names(claimed)).toEqual([`job ${round}`])
      for (const job of claimed) await queue.complete(job)
    }
    await close()
  })

  test('a job whose reader died before it could take a lease comes back a lease later, and costs no attempt', async () => {
    const { redis, keys, clock, queue, close } = open()
    await queue.claim(atMost(1), never) // makes the group
    await queue.enqueue([newJob('orphan')])
    const readByGhost = ['XREADGROUP', 'GROUP', 'workers', 'ghost', 'STREAMS', keys[0], '>']
    const [entry = ''] = readEntryIds(await redis.send(readByGhost))
    expect(await queue.depth()).toMatchObject({ ready: 1, leased: 0 })
    const setIdle = (ms: number) =>
      redis.send(['XCLAIM', keys[0], 'workers', 'ghost', '0', entry, 'IDLE', String(ms), 'JUSTID'])

    await setIdle(1_000)
    clock.advance(5_000)
    expect(await queue.claim(atMost(5), never)).toEqual([])
    await setIdle(10_000)
    clock.advance(5_000)
    const [job] = await queue.claim(atMost(5), never)
    expect(job).toMatchObject({ id: 'orphan', attempt: 1 })
    // A lease that is held is no orphan, however long its entry was not touched.
    await setIdle(60_000)
    clock.advance(5_000)
    expect(await queue.claim(atMost(5), never)).toEqual([])
    expect(job && (await queue.complete(job))).toBe(true)
    await close()
  })

  test('workers that are gone leave nothing behind', async () => {
    const { redis, keys, clock, queue, close } = open()
    await queue.enqueue([newJob('done'), newJob('held')])
    const [done] = await queue.claim(atMost(1, { worker: 'gone' }), never)
    await queue.claim(atMost(1, { worker: 'here', leaseMs: 3_600_000 }), never)
    if (done) await queue.complete(done)
    // With leases this short, a worker counts as silent for long after a few milliseconds.
    const consumers = async (): Promise<string> => {
      clock.advance(5_000)
      await queue.claim(atMost(1, { worker: 'sweeper', leaseMs: 1 }), never)
      return JSON.stringify(await redis.send(['XINFO', 'CONSUMERS', keys[0], 'workers']))
    }
    expect(await consumers()).toContain('gone')
    await expect.poll(consumers).not.toContain('gone')
    expect(await queue.depth()).toMatchObject({ ready: 0, leased: 1 })
    await close()
  })

  test('scripts that Redis forgot are told again', async () => {
    const { redis, queue, close } = open()
    await queue.enqueue([newJob('one')])
    await redis.send(['SCRIPT', 'FLUSH'])
    const [job] = await queue.claim(atMost(1), never)
    await redis.send(['SCRIPT', 'FLUSH'])
    expect(job && (await queue.complete(job))).toBe(true)
    await close()
  })

  test('jobs of a stream that was evicted or deleted can be added again', async () => {
    const { redis, keys, clock, queue, close } = open()
    const [jobs, , delayed = '', , dead = ''] = keys
    await queue.enqueue([newJob('dead')])
    const [claimed] = await queue.claim(atMost(1), never)
    if (claimed) await queue.bury(claimed, 'no')
    const again = [
      newJob('waits'),
      newJob('delayed', new Date(clock.now().getTime() + 5_000)),
      newJob('dead'),
    ]
    expect(await queue.enqueue(again)).toBe(2)
    await redis.send(['DEL', jobs, delayed, dead])
    expect(await queue.enqueue(again)).toBe(3)
    expect(names(await queue.claim(atMost(5), never))).toEqual(['waits', 'dead'])
    await close()
  })

  test('an entry that somebody else wrote reaches a handler, which can refuse it', async () => {
    const { redis, keys, queue, close } = open()
    await redis.send(['XADD', keys[0], '*', 'greeting', 'hello'])
    const [job] = await queue.claim(atMost(1), never)
    expect(job).toMatchObject({ id: '', kind: '', payload: '', attempt: 1 })
    expect(job && (await queue.bury(job, 'unknown kind of job'))).toBe(true)
    expect(await queue.deadLetters(5)).toMatchObject([{ reason: 'unknown kind of job' }])
    await close()
  })

  test('a waiting job takes at most 450 bytes, and a settled one none', async () => {
    const { redis, keys, queue, close } = open()
    const count = 10_000
    const uuid = (index: number): string => `0b7c1f6e-2d3a-4c5b-9e8f-${String(index).padStart(12, '0')}`
    await queue.enqueue(
      Array.from({ length: count }, (_, index) => ({
        ...newJob(`review:${uuid(index)}`),
        kind: 'review',
        payload: { runId: uuid(index) },
      })),
    )
    const memory = async (): Promise<number> => {
      const sizes = keys.map((key) => redis.send(['MEMORY', 'USAGE', key, 'SAMPLES', '0']))
      return (await Promise.all(sizes)).reduce<number>((sum, size) => sum + Number(size ?? 0), 0)
    }
    expect((await memory()) / count).toBeLessThanOrEqual(450)
    for (let left = count; left > 0;) {
      const jobs = await queue.claim(atMost(200), never)
      await Promise.all(jobs.map((job) => queue.complete(job)))
      left -= jobs.length
    }
    expect(await memory()).toBeLessThan(2_000)
    await close()
  })

  test('all keys of a queue carry one hash tag, which a prefix cannot change', () => {
    expect(queueKeys('a:b').every((key) => key.startsWith('{a:b}:'))).toBe(true)
    expect(() => queueKeys('a}b')).toThrow('a}b')
    expect(() => queueKeys('')).toThrow('prefix')
  })
})
