import { expect, test } from 'vitest'
import { createManualClock } from '../../test/manual-clock.ts'
import { errorKind } from '../base/errors.ts'
import { createExpiringCache, type Expiring } from './expiring-cache.ts'

const signal = new AbortController().signal

/** A cache whose values are made by hand, and last a minute. */
function openCache() {
  const clock = createManualClock()
  const made: string[] = []
  const waiting: ((value: string | Error) => void)[] = []
  const cache = createExpiringCache(clock, (key) => {
    made.push(key)
    return new Promise<Expiring<string>>((resolve, reject) => {
      waiting.push((value) => {
        if (value instanceof Error) reject(value)
        else resolve({ value, lastsMs: 60_000 })
      })
    })
  })
  return {
    cache,
    made,
    finish: (value: string | Error) => waiting.shift()?.(value),
    clock,
  }
}

test('a value is made once for all who ask at the same time, and kept until its end', async () => {
  const { cache, made, finish, clock } = openCache()
  const asked = Promise.all([cache.get('a', signal), cache.get('a', signal)])
  finish('first')
  expect(await asked).toEqual(['first', 'first'])
  clock.advance(59_999)
  // Somebody sets the clock: it lasts as long all the same.
  clock.jump(3_600_000)
  expect(await cache.get('a', signal)).toBe('first')
  clock.jump(-2 * 3_600_000)
  clock.advance(1)
  const again = cache.get('a', signal)
  finish('second')
  expect(await again).toBe('second')
  expect(made).toEqual(['a', 'a'])
})

test('a failure reaches all who wait, and is not kept', async () => {
  const { cache, finish } = openCache()
  const asked = Promise.allSettled([cache.get('a', signal), cache.get('a', signal)])
  finish(new Error('no'))
  expect((await asked).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  const again = cache.get('a', signal)
  finish('value')
  expect(await again).toBe('value')
})

test('whoever stops waiting takes nothing from the others', async () => {
  const { cache, made, finish } = openCache()
  const stop = new AbortController()
  const impatient = cache.get('a', stop.signal)
  const patient = cache.get('a', signal)
  stop.abort()
  expect(await impatient.catch(errorKind)).toBe('aborted')
  finish('value')
  expect(await patient).toBe('value')
  expect(await cache.get('a', AbortSignal.abort()).catch(errorKind)).toBe('aborted')
  expect(made).toEqual(['a'])
})

test('a value that proved bad is made anew; one that replaced it meanwhile stays', async () => {
  const { cache, made, finish } = openCache()
  const first = cache.get('a', signal)
  finish('bad')
  await first
  cache.forget('a', 'bad')
  const second = cache.get('a', signal)
  finish('good')
  await second
  cache.forget('a', 'bad')
  expect(await cache.get('a', signal)).toBe('good')
  expect(made).toEqual(['a', 'a'])
})
