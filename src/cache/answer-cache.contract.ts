import { createHash } from 'node:crypto'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { AnswerCache, AnswerKey, AnswerLease } from './answer-cache.ts'

export interface AnswerCacheUnderTest {
  readonly cache: AnswerCache
  /** The same cache as another process has it. */
  readonly another: AnswerCache
  readonly clear: () => Promise<void>
  readonly close: () => Promise<void>
}

/** What every adapter of the cache promises. */
export function answerCacheContract(open: () => Promise<AnswerCacheUnderTest>): void {
  let opened: AnswerCacheUnderTest
  let cache: AnswerCache
  let another: AnswerCache
  beforeAll(async () => {
    opened = await open()
    ;({ cache, another } = opened)
  })
  afterEach(() => opened.clear())
  afterAll(() => opened.close())

  const keyOf = (text: string): AnswerKey => createHash('sha256').update(text).digest('hex') as AnswerKey // as `answerKey` makes them
  const key = keyOf('one')
  const LONG = 60_000
  const kept = { ttlMs: LONG, repository: 'octo/hello' }

  async function leased(of: AnswerCache, wanted = key, leaseMs = LONG): Promise<AnswerLease> {
    const turn = await of.take(wanted, leaseMs)
    if (turn.kind !== 'lease') throw new Error(`it is ${turn.kind}`)
    return turn.lease
  }
  /** The lease, once that of another has ended. */
  async function leasedInTime(of: AnswerCache): Promise<AnswerLease> {
    let lease: AnswerLease | undefined
    await expect
      .poll(async () => {
        const turn = await of.take(key, LONG)
        if (turn.kind === 'lease') ({ lease } = turn)
        return turn.kind
      })
      .toBe('lease')
    if (!lease) throw new Error('there is no lease')
    return lease
  }

  test('what nobody kept is for the first to ask for, and for all others to wait for', async () => {
    const turns = await Promise.all(
      Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? cache : another).take(key, LONG)),
    )
    expect(turns.filter(({ kind }) => kind === 'lease')).toHaveLength(1)
    expect(turns.filter(({ kind }) => kind === 'taken')).toHaveLength(19)
  })

  test.each([
    ['a line of text', 'an entry'],
    ['nothing', ''],
    ['letters of all scripts', 'naïve 🎩 \n\t "quoted" \\ %s $1'],
    ['half a megabyte', 'x'.repeat(500_000)],
  ])('what one process keeps another gets to the letter: %s', async (_what, entry) => {
    await cache.keep(await leased(cache), entry, kept)
    expect(await another.take(key, LONG)).toEqual({ kind: 'kept', entry })
    expect(await cache.take(key, LONG)).toEqual({ kind: 'kept', entry })
  })

  test('one key says nothing about another', async () => {
    await cache.keep(await leased(cache), 'first', kept)
    const other = await leased(another, keyOf('two'))
    expect(await cache.take(keyOf('two'), LONG)).toEqual({ kind: 'taken' })
    await another.giveUp(other)
    expect(await cache.take(key, LONG)).toEqual({ kind: 'kept', entry: 'first' })
  })

  test('a lease that is given up goes to the next', async () => {
    await cache.giveUp(await leased(cache))
    expect(await another.take(key, LONG)).toMatchObject({ kind: 'lease' })
  })

  test('a lease that was not extended goes to another, and its first holder cannot touch it', async () => {
    const dead = await leased(cache, key, 1)
    const lease = await leasedInTime(another)
    expect(await cache.extend(dead, LONG)).toBe(false)
    await cache.giveUp(dead)
    expect(await cache.take(key, LONG)).toEqual({ kind: 'taken' })
    expect(await another.extend(lease, LONG)).toBe(true)
  })

  test('a lease that is extended lasts', async () => {
    // Long enough that it does not end before the next line, however slow the machine is.
    const lease = await leased(cache, key, 5_000)
    expect(await cache.extend(lease, LONG)).toBe(true)
    expect(await another.take(key, LONG)).toEqual({ kind: 'taken' })
  })

  test('an answer that comes after its lease was lost is kept, and whoever asks now keeps theirs in its place', async () => {
    const slow = await leased(cache, key, 1)
    const lease = await leasedInTime(another)
    await cache.keep(slow, 'late', kept)
    expect(await cache.take(key, LONG)).toEqual({ kind: 'kept', entry: 'late' })
    await another.keep(lease, 'later', kept)
    expect(await cache.take(key, LONG)).toEqual({ kind: 'kept', entry: 'later' })
  })

  test('an answer whose time is over is asked for again', async () => {
    await cache.keep(await leased(cache), 'old', { ...kept, ttlMs: 1 })
    const lease = await leasedInTime(another)
    await another.keep(lease, 'new', kept)
    expect(await cache.take(key, LONG)).toEqual({ kind: 'kept', entry: 'new' })
  })

  test('a bad entry is removed, but not the good one that took its place', async () => {
    await cache.keep(await leased(cache), 'bad', kept)
    await another.remove(key, 'bad')
    await cache.keep(await leased(cache), 'good', kept)
    await another.remove(key, 'bad')
    expect(await cache.take(key, LONG)).toEqual({ kind: 'kept', entry: 'good' })
  })

  test('of several who remove and ask again, one asks', async () => {
    await cache.keep(await leased(cache), 'bad', kept)
    const turns = await Promise.all(
      [cache, another, cache, another].map(async (each) => {
        await each.remove(key, 'bad')
        return await each.take(key, LONG)
      }),
    )
    expect(turns.map(({ kind }) => kind).toSorted()).toEqual(['lease', 'taken', 'taken', 'taken'])
  })

  async function keepThree(): Promise<void> {
    for (const [name, repository] of [
      ['a', 'octo/hello'],
      ['b', 'octo/hello'],
      ['c', 'octo/other'],
    ] as const) {
      await cache.keep(await leased(cache, keyOf(name)), `${name} ${'x'.repeat(98)}`, { ...kept, repository })
    }
    await leased(cache, keyOf('under way'))
  }

  test('counts the answers it keeps, and neither leases nor what is over', async () => {
    expect(await cache.stats()).toEqual({ entries: 0, bytes: 0 })
    await keepThree()
    expect(await another.stats()).toEqual({ entries: 3, bytes: 300 })
    await cache.keep(await leased(cache), 'old', { ...kept, ttlMs: 1 })
    await expect.poll(() => cache.stats()).toEqual({ entries: 3, bytes: 300 })
  })

  test('what one repository paid for is purged, and nothing else', async () => {
    await keepThree()
    expect(await another.purge('octo/hello')).toBe(2)
    expect(await cache.stats()).toEqual({ entries: 1, bytes: 100 })
    expect(await another.purge('octo/hello')).toBe(0)
    expect(await cache.take(keyOf('c'), LONG)).toMatchObject({ kind: 'kept' })
  })

  test('all answers are purged, while whoever is asking goes on', async () => {
    await keepThree()
    expect(await cache.purge()).toBe(3)
    expect(await another.stats()).toEqual({ entries: 0, bytes: 0 })
    expect(await another.take(keyOf('under way'), LONG)).toEqual({ kind: 'taken' })
  })
}
