import { expect, test } from 'vitest'
import { NotBegunError, PermanentError, RateLimitedError, RetryableError } from '../base/errors.ts'
import { backoffMs, decideFailure } from './retry-policy.ts'

const now = new Date('2026-01-01T00:00:00Z')
const later = (ms: number): Date => new Date(now.getTime() + ms)
const policy = { maxAttempts: 4, baseDelayMs: 1_000, maxDelayMs: 60_000 }
const decide = (error: unknown, attempt: number) => decideFailure(error, attempt, now, () => 0.5, policy)

test('what may pass by itself is tried again, later each time', () => {
  const error = new RetryableError('GitHub answered 502')
  expect([1, 2, 3].map((attempt) => decide(error, attempt))).toEqual([
    { kind: 'retry', delayMs: 500, countsAsAttempt: true, reason: 'GitHub answered 502' },
    { kind: 'retry', delayMs: 1_000, countsAsAttempt: true, reason: 'GitHub answered 502' },
    { kind: 'retry', delayMs: 2_000, countsAsAttempt: true, reason: 'GitHub answered 502' },
  ])
})

test('after three retries it is given up, with the whole cause', () => {
  const error = new RetryableError('could not post', { cause: new Error('socket hang up') })
  expect(decide(error, 4)).toEqual({
    kind: 'bury',
    reason: 'gave up after 4 attempts: could not post: socket hang up',
  })
})

test('a rate limit waits for its reset and costs no attempt, even at the last one', () => {
  const error = new RateLimitedError('wait', later(2_400_000))
  expect(decide(error, 4)).toEqual({
    kind: 'retry',
    delayMs: 2_400_000,
    countsAsAttempt: false,
    reason: 'wait',
  })
})

test('what could not begin is tried again within a second and costs no attempt, even at the last one', () => {
  const error = new NotBegunError('the run could not be taken up', { cause: new Error('connect refused') })
  expect([1, 4].map((attempt) => decide(error, attempt))).toEqual(
    Array.from({ length: 2 }, () => ({
      kind: 'retry',
      delayMs: 500,
      countsAsAttempt: false,
      reason: 'the run could not be taken up: connect refused',
    })),
  )
})

test('a reset that has passed means now', () => {
  expect(decide(new RateLimitedError('wait', later(-1)), 1)).toMatchObject({ delayMs: 0 })
})

test('a permanent error is given up at once', () => {
  expect(decide(new PermanentError('no such repository'), 1)).toEqual({
    kind: 'bury',
    reason: 'no such repository',
  })
})

test('a permanent error is buried with the whole chain of its causes', () => {
  const error = new PermanentError('could not read the change', {
    cause: new Error('GitHub refused', { cause: new Error('404 Not Found') }),
  })
  expect(decide(error, 1)).toEqual({
    kind: 'bury',
    reason: 'could not read the change: GitHub refused: 404 Not Found',
  })
})

test('an abort is not a failure: the job goes back and costs no attempt', () => {
  expect(decide(AbortSignal.abort().reason, 4)).toMatchObject({
    kind: 'retry',
    countsAsAttempt: false,
    delayMs: 0,
  })
})

test('an unknown error is tried again like one that may pass', () => {
  expect(decide(new TypeError('x is undefined'), 1)).toMatchObject({ kind: 'retry', countsAsAttempt: true })
  expect(decide('just a string', 4)).toMatchObject({ kind: 'bury' })
})

test('the jitter is full: a delay may be anything from nothing to the whole', () => {
  const delays = [0, 0.25, 0.5, 0.75].map((random) => backoffMs(3, () => random, policy))
  expect(delays).toEqual([0, 1_000, 2_000, 3_000])
})

test('the delay never passes its bound', () => {
  expect(backoffMs(40, () => 0.999, policy)).toBeLessThanOrEqual(60_000)
})
