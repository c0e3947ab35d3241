import { expect, test } from 'vitest'
import { createManualClock } from '../../test/manual-clock.ts'
import { PermanentError, RetryableError } from '../base/errors.ts'
import { createLogger } from '../telemetry/logger.ts'
import type { AnswerCache, AnswerKey } from './answer-cache.ts'
import { guardedCache } from './guarded-cache.ts'

const key = 'a'.repeat(64) as AnswerKey // as long as one

/** A cache whose calls end as they are told to, and the guard before it. */
function openGuarded() {
  const clock = createManualClock()
  const calls: { end: (error?: Error) => void }[] = []
  const call = (): Promise<never> =>
    new Promise<never>((resolve, reject) => {
      calls.push({ end: (error) => (error ? reject(error) : resolve({ kind: 'taken' } as never)) }) // any result will do
    })
  const inner: AnswerCache = {
    take: call,
    extend: call,
    keep: call,
    giveUp: call,
    remove: call,
    stats: call,
    purge: call,
  }
  const cache = guardedCache(inner, { clock, log: createLogger('silent') })
  const take = (): Promise<string> =>
    cache.take(key, 1).then(
      () => 'answered',
      (error: Error) => error.message,
    )
  return { clock, calls, take, cache }
}

const AWAY = 'the cache was away a moment ago'

test('after a failure the cache is left alone for a while, and then tried by one', async () => {
  const { clock, calls, take } = openGuarded()
  const first = take()
  calls[0]?.end(new RetryableError('Redis did not answer'))
  expect(await first).toBe('Redis did not answer')
  expect(await Promise.all([take(), take(), take()])).toEqual([AWAY, AWAY, AWAY])
  expect(calls).toHaveLength(1)

  clock.advance(5_000)
  const trial = take()
  expect(await take()).toBe(AWAY)
  expect(calls).toHaveLength(2)
  calls[1]?.end()
  expect(await trial).toBe('answered')

  const next = take()
  calls[2]?.end()
  expect(await next).toBe('answered')
})

test('a trial that fails begins another pause', async () => {
  const { clock, calls, take } = openGuarded()
  const first = take()
  calls[0]?.end(new RetryableError('away'))
  await first
  clock.advance(5_000)
  const trial = take()
  calls[1]?.end(new RetryableError('still away'))
  expect(await trial).toBe('still away')
  clock.advance(4_999)
  expect(await take()).toBe(AWAY)
  clock.advance(1)
  void take()
  expect(calls).toHaveLength(3)
})

test('a call that failed for good says nothing about the next one', async () => {
  const { calls, take } = openGuarded()
  const first = take()
  calls[0]?.end(new PermanentError('WRONGTYPE'))
  expect(await first).toBe('WRONGTYPE')
  void take()
  expect(calls).toHaveLength(2)
})

test.each([-3_600_000, 3_600_000])(
  'setting the clock by %d ms neither ends the pause nor makes it longer',
  async (ms) => {
    const { clock, calls, take } = openGuarded()
    const first = take()
    calls[0]?.end(new RetryableError('away'))
    await first
    clock.jump(ms)
    expect(await take()).toBe(AWAY)
    clock.advance(5_000)
    const trial = take()
    calls[1]?.end()
    expect(await trial).toBe('answered')
  },
)
