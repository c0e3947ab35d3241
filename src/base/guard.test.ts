import { expect, test } from 'vitest'
import { createManualClock } from '../../test/manual-clock.ts'
import { BusyError, RetryableError } from './errors.ts'
import { createGuard } from './guard.ts'

function openGuard() {
  const clock = createManualClock()
  const told: string[] = []
  const guarded = createGuard({
    what: 'the server',
    clock,
    onAway: () => told.push('away'),
    onBack: () => told.push('back'),
  })
  const call = async (error?: Error): Promise<string> => {
    try {
      return await guarded(async () => {
        if (error) throw error
        return 'done'
      })
    } catch (thrown) {
      return thrown === error ? 'failed' : 'not made'
    }
  }
  return { clock, told, call }
}

const away = new RetryableError('no connection')
const busy = new BusyError('a deadlock')

test('a server that is away is left alone at once, and tried by one call after a pause', async () => {
  const { clock, told, call } = openGuard()
  expect([await call(away), await call()]).toEqual(['failed', 'not made'])
  clock.advance(5_000)
  expect(await Promise.all([call(away), call()])).toEqual(['failed', 'not made'])
  clock.advance(5_000)
  expect([await call(), await call()]).toEqual(['done', 'done'])
  expect(told).toEqual(['away', 'back'])
})

test('a server that had no room for a call is asked by the next', async () => {
  const { told, call } = openGuard()
  for (let i = 0; i < 5; i++) {
    expect([await call(busy), await call(busy), await call()]).toEqual(['failed', 'failed', 'done'])
  }
  expect(told).toEqual([])
})

test('a server that has no room for several calls in a row is left alone until it has', async () => {
  const { clock, told, call } = openGuard()
  for (let i = 0; i < 3; i++) expect(await call(busy)).toBe('failed')
  expect(await call()).toBe('not made')
  clock.advance(5_000)
  expect([await call(busy), await call()]).toEqual(['failed', 'not made'])
  clock.advance(5_000)
  expect([await call(), await call(busy), await call()]).toEqual(['done', 'failed', 'done'])
  expect(told).toEqual(['away', 'back'])
})
