import { expect, test } from 'vitest'
import { createManualClock } from '../../test/manual-clock.ts'
import { createLimitedLog } from './limited-log.ts'

function openLog() {
  const clock = createManualClock()
  const told: number[] = []
  const logSometimes = createLimitedLog(clock, 10_000)
  return { clock, told, write: () => logSometimes((heldBack) => told.push(heldBack)) }
}

test('one of many is written in each interval, and says how many were held back', () => {
  const { clock, told, write } = openLog()
  for (let calls = 0; calls < 5; calls++) write()
  clock.advance(9_999)
  write()
  expect(told).toEqual([0])
  clock.advance(1)
  write()
  expect(told).toEqual([0, 5])
})

test.each([-3_600_000, 3_600_000])('setting the clock by %d ms changes no interval', (ms) => {
  const { clock, told, write } = openLog()
  write()
  clock.jump(ms)
  write()
  expect(told).toEqual([0])
  clock.advance(10_000)
  write()
  expect(told).toEqual([0, 1])
})
