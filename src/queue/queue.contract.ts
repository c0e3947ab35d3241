import { afterAll, afterEach, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { errorKind } from '../base/errors.ts'
import type { Json } from '../base/json.ts'
import type { ClaimedJob, JobId, NewJob, Queue } from './queue.ts'

export interface QueueUnderTest {
  readonly queue: Queue
  /** What time the queue thinks it is. */
  readonly now: () => Date
  /** Moves the queue's time on. */
  readonly advance: (ms: number) => void
  /** Removes every job and dead letter. */
  readonly clear: () => Promise<void>
  /** Another queue on the same jobs, as another process has it. */
  readonly openAnother: () => Queue
  /** A queue on the same jobs that goes by the time of the service behind it, as the product's does. */
  readonly openOnServiceTime: () => Queue
  readonly close: () => Promise<void>
}

const LEASE_MS = 10_000
const never = new AbortController().signal

/** What every adapter of the queue promises. */
export function queueContract(open: () => Promise<QueueUnderTest>): void {
  let opened: QueueUnderTest
  let queue: Queue
  beforeAll(async () => {
    opened = await open()
    queue = opened.queue
  })
  afterEach(() => opened.clear())
  afterAll(() => opened.close())

  const jobId = (id: string): JobId => id as JobId // any text will do for a test
  const add = (id: string, payload: Json = {}): Promise<number> =>
    queue.enqueue([{ id: jobId(id), kind: 'test', payload }])
  const claim = (count = 1): Promise<readonly ClaimedJob[]> =>
    queue.claim({ count, leaseMs: LEASE_MS, worker: 'tester', waitMs: 0 }, never)
  async function claimOne(): Promise<ClaimedJob> {
    const [job] = await claim()
    if (!job) throw new Error('there is no job')
    return job
  }
  const names = (jobs: readonly { id: string }[]): string[] => jobs.map(({ id }) => id)
  const inMs = (ms: number): Date => new Date(opened.now().getTime() + ms)
  const again = (job: ClaimedJob, ms: number, countsAsAttempt = true): Promise<boolean> =>
    queue.retry(job, { delayMs: ms, countsAsAttempt, reason: 'not yet' })
  /** A claim that waits for a job; resolves once it does. */
  function waitingClaim(signal = never, on = queue): { result: Promise<readonly ClaimedJob[]> } {
    return { result: on.claim({ count: 1, leaseMs: LEASE_MS, worker: 'waiter', waitMs: 600_000 }, signal) }
  }
  const expectEmpty = async (): Promise<void> =>
    expect(await queue.depth()).toEqual({ ready: 0, delayed: 0, leased: 0, deadLetters: 0, oldestReadyMs: 0 })

  test('jobs come out oldest first, each once, with what went in', async () => {
    const payload = { text: 'naïve 🎩 "\\ \u2028', list: [1, null, { deep: [true] }], empty: {} }
    await queue.enqueue([
      { id: jobId('first'), kind: 'one', payload },
      { id: jobId('second'), kind: 'two', payload: null },
    ])
    await add('third', ['x'])
    const enqueuedAt = opened.now()
    expect(await claim(2)).toMatchObject([
      { id: 'first', kind: 'one', payload, attempt: 1, leaseUntil: inMs(LEASE_MS), enqueuedAt },
      { id: 'second', kind: 'two', payload: null, attempt: 1 },
    ])
    expect(names(await claim(5))).toEqual(['third'])
    expect(await claim()).toEqual([])
  })

  test('nothing to add adds nothing, and nothing to claim is an empty list', async () => {
    expect(await queue.enqueue([])).toBe(0)
    expect(await claim()).toEqual([])
    await expectEmpty()
  })

  test('a job whose id waits already changes nothing', async () => {
    expect(await add('once', { first: true })).toBe(1)
    expect(await add('once', { first: false })).toBe(0)
    expect(
      await queue.enqueue([
        { id: jobId('twice'), kind: 'test', payload: 1 },
        { id: jobId('once'), kind: 'test', payload: 2 },
        { id: jobId('twice'), kind: 'test', payload: 3 },
      ]),
    ).toBe(1)
    expect((await claim(5)).map(({ id, payload }) => [id, payload])).toEqual([
      ['once', { first: true }],
      ['twice', 1],
    ])
  })

  test('a job whose id is under a lease or dead changes nothing either', async () => {
    await add('busy')
    const job = await claimOne()
    expect(await add('busy')).toBe(0)
    await queue.bury(job, 'no')
    expect(await add('busy')).toBe(0)
    expect(await claim()).toEqual([])
  })

  test('a job that waits for its time changes nothing either, whether it is new or was given back', async () => {
    const later = { id: jobId('later'), kind: 'test', payload: 1, notBefore: inMs(5_000) }
    await queue.enqueue([later])
    await add('limited', 1)
    await again(await claimOne(), 5_000, false)
    expect(await queue.enqueue([{ ...later, payload: 2, notBefore: inMs(0) }])).toBe(0)
    expect(await add('limited', 2)).toBe(0)
    expect(await claim()).toEqual([])
    opened.advance(5_000)
    expect((await claim(5)).map(({ payload }) => payload)).toEqual([1, 1])
  })

  test('the same id from fifty sides at once is one job', async () => {
    const added = await Promise.all(Array.from({ length: 50 }, () => add('same')))
    expect(added.reduce((sum, count) => sum + count)).toBe(1)
    expect(names(await claim(50))).toEqual(['same'])
  })

  test('a completed job is forgotten, and its id may be used again', async () => {
    await add('done')
    expect(await queue.complete(await claimOne())).toBe(true)
    await expectEmpty()
    expect(await add('done')).toBe(1)
    expect(await claimOne()).toMatchObject({ id: 'done', attempt: 1 })
  })

  test('a job is not claimed before its time', async () => {
    await queue.enqueue([{ id: jobId('later'), kind: 'test', payload: {}, notBefore: inMs(5_000) }])
    await add('now')
    expect(names(await claim(5))).toEqual(['now'])
    opened.advance(4_999)
    expect(await claim()).toEqual([])
    opened.advance(1)
    expect(names(await claim())).toEqual(['later'])
  })

  test('a time that has passed means now', async () => {
    await queue.enqueue([{ id: jobId('past'), kind: 'test', payload: {}, notBefore: inMs(-60_000) }])
    expect(await queue.depth()).toMatchObject({ ready: 1, oldestReadyMs: 0 })
    expect(names(await claim())).toEqual(['past'])
  })

  test('a job whose lease ran out goes to another worker, one attempt later', async () => {
    await add('lost')
    const first = await claimOne()
    opened.advance(LEASE_MS - 1)
    expect(await claim()).toEqual([])
    opened.advance(1)
    const second = await claimOne()
    expect(second).toMatchObject({ id: 'lost', attempt: 2 })
    expect(second.leaseToken).not.toBe(first.leaseToken)
  })

  test('a lost job comes before jobs that were added after its lease ran out', async () => {
    await add('lost')
    await claimOne()
    opened.advance(LEASE_MS)
    opened.advance(1)
    await add('young')
    expect(names(await claim(2))).toEqual(['lost', 'young'])
  })

  test('lost jobs come back in the order in which their leases ended', async () => {
    for (const id of ['long', 'short']) await add(id)
    const [long] = await claim(2)
    opened.advance(1)
    if (long) await queue.extend(long, LEASE_MS)
    opened.advance(LEASE_MS)
    expect(names(await claim(2))).toEqual(['short', 'long'])
  })

  test('delayed jobs come in the order of their times, and after what may be claimed before', async () => {
    const later = (id: string, ms: number): NewJob => ({
      id: jobId(id),
      kind: 'test',
      payload: {},
      notBefore: inMs(ms),
    })
    await queue.enqueue([later('third', 3_000), later('second', 2_000)])
    await add('first')
    opened.advance(3_000)
    await add('fourth')
    expect(names(await claim(4))).toEqual(['first', 'second', 'third', 'fourth'])
  })

  test('a job that kills its worker each time counts every attempt', async () => {
    await add('poison')
    for (let attempt = 1; attempt <= 6; attempt++) {
      expect(await claimOne()).toMatchObject({ attempt })
      opened.advance(LEASE_MS)
    }
  })

  test('settling a job after losing its lease changes nothing', async () => {
    await add('taken')
    const lost = await claimOne()
    opened.advance(LEASE_MS)
    const held = await claimOne()
    expect(await queue.extend(lost, 60_000)).toBe(false)
    expect(await queue.complete(lost)).toBe(false)
    expect(await again(lost, 0)).toBe(false)
    expect(await queue.bury(lost, 'no')).toBe(false)
    expect(await queue.depth()).toMatchObject({ ready: 0, delayed: 0, leased: 1, deadLetters: 0 })
    expect(held.attempt).toBe(2)
    opened.advance(LEASE_MS)
    expect(await claimOne()).toMatchObject({ id: 'taken', attempt: 3 })
  })

  test('settling a job a second time changes nothing', async () => {
    await add('settled')
    const job = await claimOne()
    expect(await again(job, 0)).toBe(true)
    expect(await queue.complete(job)).toBe(false)
    expect(await again(job, 60_000)).toBe(false)
    expect(await queue.depth()).toMatchObject({ ready: 1 })
  })

  test('a job that is completed twice at once is completed once', async () => {
    await add('done')
    const job = await claimOne()
    expect(await Promise.all([queue.complete(job), queue.complete(job)])).toEqual([true, false])
  })

  test('heartbeats of many jobs at once tell each of its own lease', async () => {
    await add('lost')
    const lost = await claimOne()
    opened.advance(LEASE_MS)
    await claimOne()
    for (const id of ['kept', 'kept longer']) await add(id)
    const [kept, longer] = await claim(2)
    if (!kept || !longer) throw new Error('jobs are missing')
    const beats = [
      queue.extend(lost, LEASE_MS),
      queue.extend(kept, LEASE_MS),
      queue.extend(longer, 2 * LEASE_MS),
    ]
    expect(await Promise.all(beats)).toEqual([false, true, true])
    opened.advance(LEASE_MS)
    expect(names(await claim(3)).toSorted()).toEqual(['kept', 'lost'])
    expect(await queue.complete(longer)).toBe(true)
  })

  test('a heartbeat keeps the job', async () => {
    await add('long')
    const job = await claimOne()
    opened.advance(LEASE_MS - 1)
    expect(await queue.extend(job, LEASE_MS)).toBe(true)
    opened.advance(LEASE_MS - 1)
    expect(await claim()).toEqual([])
    expect(await queue.complete(job)).toBe(true)
  })

  test('a job given back comes at its time, one attempt later', async () => {
    await add('retried')
    expect(await again(await claimOne(), 5_000)).toBe(true)
    expect(await queue.depth()).toMatchObject({ ready: 0, delayed: 1, leased: 0 })
    opened.advance(4_999)
    expect(await claim()).toEqual([])
    opened.advance(1)
    expect(await claimOne()).toMatchObject({ id: 'retried', attempt: 2 })
  })

  test('a job given back is the same job, at once or later', async () => {
    const payload = { text: 'naïve 🎩 "\\ \u2028', list: [1, null, 0.1] }
    const enqueuedAt = opened.now()
    await queue.enqueue([{ id: jobId('kept'), kind: 'odd kind', payload }])
    for (const ms of [0, 1_000, 0, 2_000]) {
      opened.advance(1)
      await again(await claimOne(), ms)
      opened.advance(ms)
    }
    expect(await claimOne()).toMatchObject({ id: 'kept', kind: 'odd kind', payload, enqueuedAt, attempt: 5 })
  })

  test('attempts are counted on whatever way a job comes back', async () => {
    await add('odyssey')
    await claimOne()
    opened.advance(LEASE_MS)
    const second = await claimOne()
    await again(second, 1_000, false)
    opened.advance(1_000)
    const third = await claimOne()
    expect([second.attempt, third.attempt]).toEqual([2, 2])
    opened.advance(LEASE_MS)
    const fourth = await claimOne()
    await again(fourth, 0)
    const fifth = await claimOne()
    expect([fourth.attempt, fifth.attempt]).toEqual([3, 4])
    await queue.bury(fifth, 'enough')
    expect(await queue.deadLetters(1)).toMatchObject([{ attempts: 4 }])
  })

  test('a job given back without counting comes with the same attempt number', async () => {
    await add('limited')
    for (let time = 0; time < 3; time++) {
      const job = await claimOne()
      expect(job.attempt).toBe(1)
      await again(job, 0, false)
    }
    await again(await claimOne(), 0)
    expect(await claimOne()).toMatchObject({ attempt: 2 })
  })

  test('a buried job lies among the dead letters with its cause, until it is discarded', async () => {
    await add('dead', { why: 'ü' })
    const { enqueuedAt } = await claimOne()
    opened.advance(LEASE_MS)
    expect(await queue.bury(await claimOne(), 'no such repository: 404')).toBe(true)
    expect(await queue.depth()).toMatchObject({ ready: 0, leased: 0, deadLetters: 1 })
    expect(await queue.deadLetters(10)).toEqual([
      {
        id: 'dead',
        kind: 'test',
        payload: { why: 'ü' },
        attempts: 2,
        reason: 'no such repository: 404',
        enqueuedAt,
        buriedAt: opened.now(),
      },
    ])
    expect(await queue.discard(jobId('dead'))).toBe(true)
    expect(await queue.discard(jobId('dead'))).toBe(false)
    await expectEmpty()
    expect(await add('dead')).toBe(1)
  })

  test('dead letters are listed newest first, as many as asked for', async () => {
    for (const id of ['one', 'two', 'three']) {
      await add(id)
      await queue.bury(await claimOne(), 'no')
      opened.advance(1)
    }
    expect(names(await queue.deadLetters(2))).toEqual(['three', 'two'])
  })

  test('a replayed dead letter is a fresh job', async () => {
    await add('replayed', [1])
    await claimOne()
    opened.advance(LEASE_MS)
    await queue.bury(await claimOne(), 'no')
    opened.advance(1_000)
    expect(await queue.replay(jobId('replayed'))).toBe(true)
    expect(await queue.replay(jobId('replayed'))).toBe(false)
    expect(await queue.deadLetters(10)).toEqual([])
    expect(await claimOne()).toMatchObject({
      id: 'replayed',
      payload: [1],
      attempt: 1,
      enqueuedAt: opened.now(),
    })
  })

  test('the depth tells what waits, what is held, and how long the oldest waits', async () => {
    await add('old')
    opened.advance(3_000)
    await add('new')
    await queue.enqueue([{ id: jobId('later'), kind: 'test', payload: {}, notBefore: inMs(60_000) }])
    expect(await queue.depth()).toEqual({
      ready: 2,
      delayed: 1,
      leased: 0,
      deadLetters: 0,
      oldestReadyMs: 3_000,
    })
    const old = await claimOne()
    expect(await queue.depth()).toEqual({ ready: 1, delayed: 1, leased: 1, deadLetters: 0, oldestReadyMs: 0 })
    await queue.complete(old)
    await queue.bury(await claimOne(), 'no')
    expect(await queue.depth()).toEqual({ ready: 0, delayed: 1, leased: 0, deadLetters: 1, oldestReadyMs: 0 })
  })

  test('a job under a lease that ran out may be claimed, and counts as such', async () => {
    await add('lost')
    await claimOne()
    opened.advance(LEASE_MS + 500)
    expect(await queue.depth()).toMatchObject({ ready: 1, leased: 0 })
  })

  test.each([
    { change: 'an hour forward', ms: 3_600_000 },
    { change: 'an hour back', ms: -3_600_000 },
  ])("setting this machine's clock $change changes neither leases nor delays", async ({ ms }) => {
    const onServiceTime = opened.openOnServiceTime()
    vi.useFakeTimers({ toFake: ['Date'] })
    onTestFinished(() => void vi.useRealTimers())
    onTestFinished(() => onServiceTime.close())
    const claimNow = (): Promise<readonly ClaimedJob[]> =>
      onServiceTime.claim({ count: 5, leaseMs: 60_000, worker: 'tester', waitMs: 0 }, never)
    const giveBack = (job: ClaimedJob | undefined, delayMs: number): Promise<boolean> | undefined =>
      job && onServiceTime.retry(job, { delayMs, countsAsAttempt: true, reason: 'not yet' })

    for (const id of ['held', 'later', 'at once'])
      await onServiceTime.enqueue([{ id: jobId(id), kind: 'test', payload: {} }])
    const [held, later, atOnce] = await claimNow()
    vi.setSystemTime(Date.now() + ms)
    expect(await claimNow()).toEqual([])
    expect(await giveBack(later, 60_000)).toBe(true)
    expect(await giveBack(atOnce, 0)).toBe(true)
    expect(await onServiceTime.depth()).toMatchObject({ ready: 1, delayed: 1, leased: 1 })
    expect(await claimNow()).toMatchObject([{ id: 'at once', attempt: 2 }])
    expect(held && (await onServiceTime.extend(held, 60_000))).toBe(true)
    expect(await claimNow()).toEqual([])
    expect(held && (await onServiceTime.complete(held))).toBe(true)
  })

  test('a claim that waits gets a job that is added meanwhile, here or elsewhere', async () => {
    const other = opened.openAnother()
    const here = waitingClaim()
    await add('here')
    expect(names(await here.result)).toEqual(['here'])
    const elsewhere = waitingClaim(never, other)
    await add('elsewhere')
    expect(names(await elsewhere.result)).toEqual(['elsewhere'])
    await other.close()
  })

  test('a claim that waits gets a job that is given back at once', async () => {
    await add('returned')
    const job = await claimOne()
    const waiting = waitingClaim()
    await again(job, 0, false)
    expect(names(await waiting.result)).toEqual(['returned'])
  })

  test('a claim that waits gets a dead letter that is replayed', async () => {
    await add('raised')
    await queue.bury(await claimOne(), 'no')
    const waiting = waitingClaim()
    await queue.replay(jobId('raised'))
    expect(names(await waiting.result)).toEqual(['raised'])
  })

  test('claims that wait share the jobs that come', async () => {
    const other = opened.openAnother()
    const waiting = [waitingClaim(), waitingClaim(), waitingClaim(never, other), waitingClaim(never, other)]
    const ids = ['one', 'two', 'three', 'four']
    await queue.enqueue(ids.map((id) => ({ id: jobId(id), kind: 'test', payload: {} })))
    const claimed = await Promise.all(waiting.map(({ result }) => result))
    expect(claimed.map((jobs) => jobs.length)).toEqual([1, 1, 1, 1])
    expect(names(claimed.flat()).toSorted()).toEqual(ids.toSorted())
    await other.close()
  })

  test('an abort ends the wait with an empty list, and takes no job with it', async () => {
    const stop = new AbortController()
    const waiting = waitingClaim(stop.signal)
    stop.abort()
    expect(await waiting.result).toEqual([])
    expect(await waitingClaim(AbortSignal.abort()).result).toEqual([])
    await add('kept')
    expect(names(await claim())).toEqual(['kept'])
  })

  test('close ends every wait with an empty list, and the jobs stay', async () => {
    const other = opened.openAnother()
    const waiting = [waitingClaim(never, other), waitingClaim(never, other)]
    await other.close()
    expect(await Promise.all(waiting.map(({ result }) => result))).toEqual([[], []])
    await other.close()
    await add('kept')
    expect(names(await claim())).toEqual(['kept'])
  })

  test('eight claimers share 500 jobs, and none gets the job of another', async () => {
    const ids = Array.from({ length: 500 }, (_, index) => `job ${index}`)
    await queue.enqueue(ids.map((id) => ({ id: jobId(id), kind: 'test', payload: {} })))
    const claimed: string[] = []
    const work = async (): Promise<void> => {
      for (;;) {
        const jobs = await claim(7)
        if (jobs.length === 0) return
        for (const job of jobs) {
          claimed.push(job.id)
          expect(await queue.complete(job)).toBe(true)
        }
      }
    }
    await Promise.all(Array.from({ length: 8 }, work))
    expect(claimed.toSorted()).toEqual(ids.toSorted())
    await expectEmpty()
  })

  test('a payload with a NUL is kept as it is, or refused for good with nothing added', async () => {
    const payload = { text: 'a\0b' }
    const outcome = await add('nul', payload).then(() => 'kept', errorKind)
    const payloads = (await claim()).map((job) => job.payload)
    expect([
      { outcome: 'kept', payloads: [payload] },
      { outcome: 'permanent', payloads: [] },
    ]).toContainEqual({ outcome, payloads })
  })
}
