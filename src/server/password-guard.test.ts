import { expect, test } from 'vitest'
import { createManualClock } from '../../test/manual-clock.ts'
import { createPasswordGuard } from './password-guard.ts'

const basic = (pair: string): string => `Basic ${Buffer.from(pair).toString('base64')}`
const right = basic('anyone:open: sesame ü')
const wrong = basic('anyone:open')

function openGuard() {
  const clock = createManualClock()
  const guard = createPasswordGuard('open: sesame ü', clock)
  return {
    clock,
    judge: (authorization: string | undefined, address: string) => guard.judge(authorization, address),
    pass: (ms: number) => clock.advance(ms),
  }
}

test('the password opens, whatever the user name, and nothing else does', () => {
  const { judge } = openGuard()
  expect(judge(right, 'a').kind).toBe('right')
  expect(judge(basic(':open: sesame ü'), 'a').kind).toBe('right')
  for (const other of [wrong, basic('open: sesame ü'), 'Basic', 'Basic !', 'Bearer abc', '']) {
    expect(judge(other, 'a').kind).toBe('wrong')
  }
  expect(judge(undefined, 'a').kind).toBe('missing')
})

test('after ten wrong ones nothing from that address is judged for a minute', () => {
  const { judge, pass } = openGuard()
  for (let tries = 0; tries < 10; tries++) expect(judge(wrong, 'a').kind).toBe('wrong')
  pass(20_000)
  expect(judge(right, 'a')).toEqual({ kind: 'too-many', retryAfterSeconds: 40 })
  expect(judge(right, 'b').kind).toBe('right')
  pass(40_000)
  expect(judge(right, 'a').kind).toBe('right')
})

test('asking without a password is no wrong guess', () => {
  const { judge } = openGuard()
  for (let tries = 0; tries < 50; tries++) judge(undefined, 'a')
  expect(judge(right, 'a').kind).toBe('right')
})

test('ten thousand addresses do not fill the memory: the next ones share one count', () => {
  const { judge } = openGuard()
  for (let address = 0; address < 10_000; address++) judge(wrong, `address ${address}`)
  for (let address = 0; address < 10; address++) expect(judge(wrong, `late ${address}`).kind).toBe('wrong')
  expect(judge(right, 'later still').kind).toBe('too-many')
})

test.each([-3_600_000, 3_600_000])('setting the clock by %d ms changes nothing about the minute', (ms) => {
  const { clock, judge, pass } = openGuard()
  for (let tries = 0; tries < 10; tries++) judge(wrong, 'a')
  clock.jump(ms)
  expect(judge(right, 'a')).toEqual({ kind: 'too-many', retryAfterSeconds: 60 })
  pass(60_000)
  expect(judge(right, 'a').kind).toBe('right')
})
