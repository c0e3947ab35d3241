import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { testDatabases, type TestDatabase } from '../../test/databases.ts'
import { createManualClock, type ManualClock } from '../../test/manual-clock.ts'
import { NotBegunError, PermanentError, RateLimitedError, RetryableError } from '../base/errors.ts'
import type { Json } from '../base/json.ts'
import { openPostgresQueue } from '../queue/queue.postgres.ts'
import type { ClaimedJob, JobId, Queue } from '../queue/queue.ts'
import { createLogger } from '../telemetry/logger.ts'
import type { JobContext, JobHandler } from './job-handler.ts'
import { startWorker, type Worker, type WorkerOptions } from './worker.ts'

const kind = testDatabases()[0]
const LEASE_MS = 30_000
const log = createLogger('silent')
const never = new AbortController().signal

let database: TestDatabase
let clock: ManualClock
let queue: Queue
let worker: Worker | undefined
/** What became of each job, in that order. */
let outcomes: string[]

/** A promise that the test settles. */
function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open = (): void => undefined
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open }
}

/** Ends when the job is told to stop, as everything that waits does. */
const untilAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error) // as `throwIfAborted` throws it
    if (signal.aborted) abort()
    else signal.addEventListener('abort', abort, { once: true })
  })

type Handle = (payload: { n: number }, context: JobContext) => Promise<void>

function handler(handle: Handle, buried?: JobHandler['buried']): Record<string, JobHandler> {
  const typed: JobHandler<{ n: number }> = { payload: z.object({ n: z.number() }), handle }
  // What the schema let through is what `handle` takes.
  return { test: { ...(typed as JobHandler), ...(buried && { buried }) } }
}

function work(handlers: Record<string, JobHandler>, options: Partial<WorkerOptions> = {}): void {
  worker = startWorker({
    queue,
    handlers,
    clock,
    random: () => 0.5,
    log,
    metrics: { job: (kind, outcome) => outcomes.push(`${kind} ${outcome}`), runWaited: () => undefined },
    name: 'worker under test',
    concurrency: 1,
    leaseMs: LEASE_MS,
    ...options,
  })
}

const add = (id: string, kind = 'test', payload: Json = { n: 1 }): Promise<number> =>
  queue.enqueue([{ id: id as JobId, kind, payload }]) // any text will do for a test

const claim = (): Promise<readonly ClaimedJob[]> =>
  queue.claim({ count: 1, leaseMs: LEASE_MS, worker: 'another', waitMs: 0 }, never)

/** What comes of it, as soon as it came. */
const eventually = (check: () => void | Promise<void>): Promise<void> =>
  vi.waitFor(check, { timeout: 10_000, interval: 5 })

const settled = (...expected: string[]): Promise<void> => eventually(() => expect(outcomes).toEqual(expected))

/** The queue with some calls replaced: the others reach the real one. */
const queueWith = (calls: Partial<Queue>): Queue => ({ ...queue, ...calls })

describe.skipIf(kind?.missing)('a worker', () => {
  beforeAll(async () => {
    if (!kind) throw new Error('there is no database')
    database = await kind.open()
  })

  beforeEach(() => {
    clock = createManualClock()
    queue = openPostgresQueue(database.database, { log, clock })
    outcomes = []
  })

  afterEach(async () => {
    const stopping = worker?.stop(0)
    clock.advance(0)
    await stopping
    worker = undefined
    await queue.close()
    await database.database.script('truncate jobs, dead_letters')
  })

  afterAll(() => database.drop())

  test('does every job, and at most so many at once', async () => {
    const doors = Array.from({ length: 5 }, gate)
    let running = 0
    let most = 0
    for (const n of doors.keys()) await add(`job ${n}`, 'test', { n })
    const handle: Handle = async ({ n }) => {
      most = Math.max(most, ++running)
      await doors[n]?.opened
      running--
    }
    work(handler(handle), { concurrency: 2 })
    await eventually(async () => expect(await queue.depth()).toMatchObject({ leased: 2, ready: 3 }))
    doors[1]?.open()
    await eventually(async () => expect(await queue.depth()).toMatchObject({ leased: 2, ready: 2 }))
    for (const { open } of doors) open()
    await settled(...doors.map(() => 'test completed'))
    expect(most).toBe(2)
    expect(await queue.depth()).toMatchObject({ ready: 0, delayed: 0, leased: 0, deadLetters: 0 })
  })

  test('does the next job while the queue notes that one is complete, and waits when as many again are not noted', async () => {
    const noted = gate()
    const handled: number[] = []
    for (const n of [1, 2, 3]) await add(`job ${n}`, 'test', { n })
    const complete: Queue['complete'] = async (job) => {
      await noted.opened
      return await queue.complete(job)
    }
    work(
      handler(async ({ n }) => void handled.push(n)),
      { queue: queueWith({ complete }) },
    )
    await eventually(() => expect(handled).toEqual([1, 2]))
    expect(await queue.depth()).toMatchObject({ leased: 2, ready: 1 })
    noted.open()
    await settled('test completed', 'test completed', 'test completed')
    expect(handled).toEqual([1, 2, 3])
  })

  describe('and the lease of a job', () => {
    test('is kept by heartbeats, however long the job takes', async () => {
      const door = gate()
      let beats = 0
      const extend: Queue['extend'] = async (job, leaseMs) => {
        const held = await queue.extend(job, leaseMs)
        beats++
        return held
      }
      await add('long')
      work(
        handler(() => door.opened),
        { queue: queueWith({ extend }) },
      )
      for (let beat = 1; beat <= 6; beat++) {
        await clock.sleepers(1)
        clock.advance(LEASE_MS / 3)
        await eventually(() => expect(beats).toBe(beat))
      }
      expect(await claim()).toEqual([])
      door.open()
      await settled('test completed')
    })

    test('that was lost aborts the job and settles nothing: another worker has it', async () => {
      const door = gate()
      let beats = 0
      const extend: Queue['extend'] = async (job, leaseMs) => {
        beats++
        if (beats < 3) throw new RetryableError('the queue is away')
        await door.opened
        return await queue.extend(job, leaseMs)
      }
      await add('lost')
      work(
        handler((_payload, { signal }) => untilAborted(signal)),
        { queue: queueWith({ extend }) },
      )
      for (let beat = 1; beat <= 3; beat++) {
        await clock.sleepers(1)
        clock.advance(LEASE_MS / 3)
        await eventually(() => expect(beats).toBe(beat))
      }
      const [taken] = await claim()
      expect(taken).toMatchObject({ id: 'lost', attempt: 2 })
      door.open()
      await settled('test lease-lost')
      expect(taken && (await queue.complete(taken))).toBe(true)
    })

    test('that ran out while the queue was away aborts the job: nobody could tell us', async () => {
      let beats = 0
      const extend: Queue['extend'] = () => {
        beats++
        return Promise.reject(new RetryableError('the queue is away'))
      }
      await add('cut off')
      work(
        handler((_payload, { signal }) => untilAborted(signal)),
        { queue: queueWith({ extend }) },
      )
      for (let beat = 1; beat <= 3; beat++) {
        expect(outcomes).toEqual([])
        await clock.sleepers(1)
        clock.advance(LEASE_MS / 3)
        await eventually(() => expect(beats).toBe(beat))
      }
      await settled('test lease-lost')
    })

    test.each([
      { change: 'an hour forward', ms: 3_600_000 },
      { change: 'an hour back', ms: -3_600_000 },
    ])('is lost neither sooner nor later when the clock is set $change meanwhile', async ({ ms }) => {
      let beats = 0
      const extend: Queue['extend'] = () => {
        beats++
        return Promise.reject(new RetryableError('the queue is away'))
      }
      let aborts = 0
      await add('cut off')
      work(
        handler((_payload, { signal }) => untilAborted(signal).finally(() => aborts++)),
        { queue: queueWith({ extend }) },
      )
      await clock.sleepers(1)
      clock.jump(ms)
      for (let beat = 1; beat <= 3; beat++) {
        expect(aborts).toBe(0)
        await clock.sleepers(1)
        clock.advance(LEASE_MS / 3)
        await eventually(() => expect(beats).toBe(beat))
      }
      await eventually(() => expect(aborts).toBe(1))
    })
  })

  describe('settles a job that failed by the kind of its error', () => {
    /** What the worker asked for when it gave the job back. */
    async function retryAfter(error: Error): Promise<unknown> {
      const asked: unknown[] = []
      const retry: Queue['retry'] = async (job, options) => {
        asked.push({ inMs: options.delayMs, counts: options.countsAsAttempt })
        return await queue.retry(job, options)
      }
      const attempts: number[] = []
      await add('failing')
      work(
        handler(async (_payload, { attempt }) => {
          attempts.push(attempt)
          if (attempts.length === 1) throw error
        }),
        { queue: queueWith({ retry }) },
      )
      await eventually(() => expect(outcomes).toHaveLength(1))
      expect(await claim()).toEqual([])
      await clock.sleepers(1)
      clock.advance(3_600_000)
      await eventually(() => expect(outcomes.at(-1)).toBe('test completed'))
      return { first: outcomes[0], attempts, ...(asked[0] as object) }
    }

    test('retryable: again after a while, one attempt later', async () => {
      // Half of the second that the first backoff may take at most.
      const expected = { first: 'test retried', attempts: [1, 2], inMs: 500, counts: true }
      expect(await retryAfter(new RetryableError('GitHub failed'))).toEqual(expected)
    })

    test('unknown: the same', async () => {
      const expected = { first: 'test retried', attempts: [1, 2], inMs: 500, counts: true }
      expect(await retryAfter(new TypeError('x is undefined'))).toEqual(expected)
    })

    test('rate-limited: when the limit ends, and it costs no attempt', async () => {
      const retryAt = new Date(clock.now().getTime() + 2_400_000)
      const expected = { first: 'test rate-limited', attempts: [1, 1], inMs: 2_400_000, counts: false }
      expect(await retryAfter(new RateLimitedError('wait', retryAt))).toEqual(expected)
    })

    test('aborted, but not by us: a failure like others, or it would come back for ever', async () => {
      const error = new RetryableError('no answer', { cause: new DOMException('timed out', 'AbortError') })
      expect(await retryAfter(error)).toMatchObject({ first: 'test retried', attempts: [1, 2], counts: true })
    })

    test('not begun: again within a second, and it costs no attempt', async () => {
      const expected = { first: 'test not-begun', attempts: [1, 1], inMs: 500, counts: false }
      expect(await retryAfter(new NotBegunError('the store is away'))).toEqual(expected)
    })

    test('permanent: buried at once with the reason, once the failure was made visible', async () => {
      const told: unknown[] = []
      await add('doomed')
      const handle = () => Promise.reject(new PermanentError('no such repository'))
      work(
        handler(handle, async (payload, reason) => {
          told.push([payload, reason, (await queue.deadLetters(1)).length])
        }),
      )
      await settled('test buried')
      expect(told).toEqual([[{ n: 1 }, 'no such repository', 0]])
      expect(await queue.deadLetters(10)).toMatchObject([
        { id: 'doomed', attempts: 1, reason: 'no such repository' },
      ])
    })

    test('any, four times: buried', async () => {
      let told = 0
      await add('stubborn')
      const handle = () => Promise.reject(new RetryableError('GitHub failed'))
      work(
        handler(handle, async () => {
          told++
        }),
      )
      for (let failures = 1; failures <= 3; failures++) {
        await eventually(() => expect(outcomes).toHaveLength(failures))
        await clock.sleepers(1)
        clock.advance(300_000)
      }
      await settled('test retried', 'test retried', 'test retried', 'test buried')
      expect(told).toBe(1)
      expect(await queue.deadLetters(10)).toMatchObject([
        { attempts: 4, reason: 'gave up after 4 attempts: GitHub failed' },
      ])
    })

    test('but not while the failure cannot be made visible for a reason that may pass', async () => {
      let away = true
      await add('unseen')
      work(
        handler(
          () => Promise.reject(new PermanentError('the key is wrong')),
          () => (away ? Promise.reject(new RetryableError('GitHub is down')) : Promise.resolve()),
        ),
      )
      await settled('test handed-back')
      expect(await queue.deadLetters(10)).toEqual([])
      away = false
      await clock.sleepers(1)
      clock.advance(300_000)
      await settled('test handed-back', 'test buried')
      expect(await queue.deadLetters(10)).toMatchObject([{ id: 'unseen', attempts: 1 }])
    })

    test('nor while that cannot even begin: it is tried again within a second', async () => {
      let away = true
      await add('unseen')
      work(
        handler(
          () => Promise.reject(new PermanentError('the key is wrong')),
          () => (away ? Promise.reject(new NotBegunError('the store is away')) : Promise.resolve()),
        ),
      )
      await settled('test not-begun')
      away = false
      await clock.sleepers(1)
      clock.advance(1_000)
      await settled('test not-begun', 'test buried')
      expect(await queue.deadLetters(10)).toMatchObject([{ id: 'unseen', attempts: 1 }])
    })

    test('and is buried also when the failure cannot be made visible', async () => {
      await add('doomed')
      const fail = () => Promise.reject(new PermanentError('gone'))
      work(handler(fail, fail))
      await settled('test buried')
      expect(await queue.deadLetters(10)).toHaveLength(1)
    })
  })

  describe('buries with the reason', () => {
    const untouched: Handle = () => Promise.reject(new Error('it was handled'))

    test.each(['mystery', 'constructor', '__proto__'])('a job of an unknown kind: %s', async (kind) => {
      await add('strange', kind)
      work(handler(untouched))
      await settled('unknown buried')
      expect(await queue.deadLetters(10)).toMatchObject([{ kind, reason: `unknown kind of job: ${kind}` }])
    })

    test('a job whose payload does not fit', async () => {
      await add('bent', 'test', { n: 'one' })
      work(handler(untouched))
      await settled('test buried')
      const [letter] = await queue.deadLetters(10)
      expect(letter?.reason).toMatch(/^the payload does not fit: .*"n"/s)
    })

    test('a job whose worker died each time, without trying it once more', async () => {
      const told: string[] = []
      await add('poison')
      for (let attempt = 1; attempt <= 4; attempt++) {
        expect(await claim()).toMatchObject([{ attempt }])
        clock.advance(LEASE_MS)
      }
      work(
        handler(untouched, async (_payload, reason) => {
          told.push(reason)
        }),
      )
      await settled('test buried')
      expect(told).toEqual(['attempt 4 never ended: its worker died or lost it'])
    })
  })

  describe('that is stopped', () => {
    test('returns at once when it only waits for work, and takes none any more', async () => {
      work(handler(() => Promise.resolve()))
      await clock.sleepers(1)
      await worker?.stop(60_000)
      await add('late')
      expect(await queue.depth()).toMatchObject({ ready: 1, leased: 0 })
    })

    test('lets work finish within the grace', async () => {
      const door = gate()
      await add('slow')
      await add('behind it')
      work(handler(() => door.opened))
      await eventually(async () => expect(await queue.depth()).toMatchObject({ leased: 1 }))
      const stopping = worker?.stop(10_000)
      clock.advance(9_999)
      door.open()
      await stopping
      expect(outcomes).toEqual(['test completed'])
      expect(await queue.depth()).toMatchObject({ ready: 1, leased: 0 })
    })

    test('hands back what is left after the grace, and that costs no attempt', async () => {
      await add('endless')
      work(handler((_payload, { signal }) => untilAborted(signal)))
      await eventually(async () => expect(await queue.depth()).toMatchObject({ leased: 1 }))
      const stopping = worker?.stop(10_000)
      clock.advance(10_000)
      await stopping
      expect(outcomes).toEqual(['test handed-back'])
      expect(await claim()).toMatchObject([{ id: 'endless', attempt: 1 }])
    })

    test('hands back a failure that it had no time to make visible', async () => {
      const door = gate()
      await add('doomed')
      work(
        handler(
          () => Promise.reject(new PermanentError('gone')),
          async (_payload, _reason, { signal }) => {
            door.open()
            await untilAborted(signal)
          },
        ),
      )
      await door.opened
      const stopping = worker?.stop(0)
      clock.advance(0)
      await stopping
      expect(outcomes).toEqual(['test handed-back'])
      expect(await queue.deadLetters(10)).toEqual([])
      expect(await claim()).toMatchObject([{ id: 'doomed', attempt: 1 }])
    })

    test('twice stops once', async () => {
      work(handler(() => Promise.resolve()))
      expect(worker?.stop(1)).toBe(worker?.stop(60_000))
      await worker?.stop(1)
    })
  })

  describe('whose jobs cannot begin', () => {
    test('takes up no other for a second: what is away is away for all', async () => {
      let begun = 0
      let away = true
      for (const n of [1, 2, 3]) await add(`job ${n}`, 'test', { n })
      work(
        handler(async () => {
          begun++
          if (away) throw new NotBegunError('the store is away')
        }),
      )
      for (let second = 1; second <= 6; second++) {
        await eventually(() => expect([begun, outcomes.length]).toEqual([second, second]))
        await clock.sleepers(1)
        clock.advance(1_000)
      }
      away = false
      // The queue knows of the last one's end before it is counted.
      await eventually(async () => {
        clock.advance(1_000)
        expect(await queue.depth()).toMatchObject({ ready: 0, delayed: 0, leased: 0, deadLetters: 0 })
        expect(outcomes.filter((outcome) => outcome === 'test completed')).toHaveLength(3)
      })
    })
  })

  describe('whose queue is away', () => {
    const away = () => Promise.reject(new RetryableError('the queue is away'))

    test('goes on once it is back', async () => {
      let failures = 0
      await add('patient')
      const claim: Queue['claim'] = (options, signal) =>
        failures++ < 2 ? away() : queue.claim(options, signal)
      work(
        handler(() => Promise.resolve()),
        { queue: queueWith({ claim }) },
      )
      for (let wait = 1; wait <= 2; wait++) {
        await clock.sleepers(1)
        expect(failures).toBe(wait)
        clock.advance(1_000)
      }
      await settled('test completed')
    })

    test('stops at once', async () => {
      work(
        handler(() => Promise.resolve()),
        { queue: queueWith({ claim: away }) },
      )
      await clock.sleepers(1)
      await expect(worker?.stop(60_000)).resolves.toBeUndefined()
    })

    test('when a job is done, neither retries nor buries it: its lease runs out', async () => {
      let tries = 0
      await add('done')
      const complete: Queue['complete'] = () => {
        tries++
        return away()
      }
      const buried = vi.fn()
      work(
        handler(() => Promise.resolve(), buried),
        {
          queue: queueWith({ complete }),
          retryPolicy: { maxAttempts: 1, baseDelayMs: 1, maxDelayMs: 1 },
        },
      )
      await eventually(() => expect(tries).toBe(1))
      await clock.sleepers(1)
      expect(await queue.depth()).toMatchObject({ leased: 1, delayed: 0, deadLetters: 0 })
      expect([buried.mock.calls, outcomes]).toEqual([[], []])
    })
  })
})
