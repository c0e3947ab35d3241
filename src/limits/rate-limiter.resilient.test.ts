import { expect, test } from 'vitest'
import { createManualClock } from '../../test/manual-clock.ts'
import { errorMessage, RetryableError } from '../base/errors.ts'
import { guardedRateLimiter } from './rate-limiter.guarded.ts'
import { linedRateLimiter } from './rate-limiter.lined.ts'
import { createProcessRateLimiter } from './rate-limiter.process.ts'
import { resilientRateLimiter } from './rate-limiter.resilient.ts'
import type { Ask, RateLimiter, Reservation } from './rate-limiter.ts'

const ask: Ask = { key: 'writes', cost: 1, limits: [{ of: 'calls', max: 2, windowMs: 60_000 }] }
const never = new AbortController().signal

/** Shared limits whose calls end as they are told to, and all that stands before them. */
function openLimits() {
  const clock = createManualClock()
  const underWay: { end: (error?: Error) => void }[] = []
  const told: string[] = []
  const call = <Result>(result: Result): Promise<Result> =>
    new Promise((resolve, reject) => {
      underWay.push({ end: (error) => (error ? reject(error) : resolve(result)) })
    })
  const shared: RateLimiter = {
    reserve: () => call({ id: 'shared', waitMs: 0 }),
    cancel: () => call(undefined),
    settle: () => call(undefined),
    pause: () => call(undefined),
  }
  const own = createProcessRateLimiter(clock, () => 'own')
  const limiter = resilientRateLimiter(
    linedRateLimiter(guardedRateLimiter(shared, clock)),
    own,
    (error) => void told.push(errorMessage(error)),
  )
  const reserve = (signal = never): Promise<Reservation> => limiter.reserve(ask, undefined, signal)
  return { clock, underWay, told, limiter, reserve }
}

test('one call finds out that what limits are shared on is away; who stands behind it is not held up', async () => {
  const { clock, underWay, reserve } = openLimits()
  const reserved = [reserve(), reserve(), reserve()]
  await expect.poll(() => underWay.length).toBe(1)
  underWay[0]?.end(new RetryableError('no connection'))
  const places = await Promise.all(reserved)
  expect(places.map(({ id }) => id)).toEqual(['own', 'own', 'own'])
  expect(places.map(({ waitMs }) => waitMs > 0)).toEqual([false, false, true])
  expect(underWay).toHaveLength(1)

  clock.advance(5_000)
  const trial = reserve()
  await expect.poll(() => underWay.length).toBe(2)
  underWay[1]?.end()
  expect((await trial).id).toBe('shared')
})

test('who waits for his turn to ask gives up when his run does, and holds up nobody', async () => {
  const { underWay, reserve } = openLimits()
  const first = reserve()
  const stopping = new AbortController()
  const stopped = reserve(stopping.signal)
  const last = reserve()
  await expect.poll(() => underWay.length).toBe(1)
  stopping.abort()
  await expect(stopped).rejects.toBe(stopping.signal.reason)
  underWay[0]?.end()
  await expect.poll(() => underWay.length).toBe(2)
  underWay[1]?.end()
  expect(await Promise.all([first, last])).toHaveLength(2)
  expect(underWay).toHaveLength(2)
})

test('what a caller is told of limits is kept by the process while the others cannot be told', async () => {
  const { underWay, told, limiter, reserve } = openLimits()
  const paused = limiter.pause(ask.key, { ms: 30_000, slowMs: 0 })
  await expect.poll(() => underWay.length).toBe(1)
  underWay[0]?.end(new RetryableError('no connection'))
  await paused
  expect(await reserve()).toEqual({ id: 'own', waitMs: 30_000 })
  expect(told[0]).toBe('no connection')
})

test('what a caller is told of limits is kept by the process also while the others can be told', async () => {
  const { underWay, limiter, reserve } = openLimits()
  const paused = limiter.pause(ask.key, { ms: 30_000, slowMs: 0 })
  await expect.poll(() => underWay.length).toBe(1)
  underWay[0]?.end()
  await paused
  const reserved = reserve()
  await expect.poll(() => underWay.length).toBe(2)
  underWay[1]?.end(new RetryableError('no connection'))
  expect(await reserved).toEqual({ id: 'own', waitMs: 30_000 })
})
