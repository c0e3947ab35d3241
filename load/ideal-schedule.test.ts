import { expect, test } from 'vitest'
import { idealSchedule, type IdealSystem } from './ideal-schedule.ts'

const system: IdealSystem = {
  workers: 1,
  concurrency: 10,
  unitConcurrency: 10,
  modelConcurrency: 100,
  modelLatencyMs: 300,
  githubLatencyMs: 50,
}
const tenUnits = Array.from({ length: 10 }, () => 1)

function check(changes: Partial<IdealSystem>, runs: Parameters<typeof idealSchedule>[1]): number[] {
  return idealSchedule({ ...system, ...changes }, runs)
}

test('a run alone takes its calls one after the other, its questions at once', () => {
  expect(check({}, [{ atMs: 0, units: tenUnits }])).toEqual([50 + 300 + 150])
})

test('a second look follows the first, within its unit', () => {
  expect(check({}, [{ atMs: 0, units: [1, 2, 1] }])).toEqual([50 + 600 + 150])
})

test('what was found in two units is compared in one question after all others', () => {
  expect(check({}, [{ atMs: 0, units: [1, 2, 2] }])).toEqual([50 + 900 + 150])
  expect(check({}, [{ atMs: 0, units: [1, 2, 1, 1] }])).toEqual([50 + 600 + 150])
})

test('units beyond the bound of a run come in waves', () => {
  expect(check({ unitConcurrency: 4 }, [{ atMs: 0, units: tenUnits }])).toEqual([50 + 3 * 300 + 150])
})

test('the questions of all runs share the bound of their worker', () => {
  const runs = [
    { atMs: 0, units: [1, 1] },
    { atMs: 0, units: [1, 1] },
  ]
  expect(check({ modelConcurrency: 2 }, runs)).toEqual([500, 800])
  expect(check({ modelConcurrency: 2, workers: 2 }, runs)).toEqual([500, 500])
})

test('a run waits for room, from when its delivery came', () => {
  const runs = [
    { atMs: 0, units: [1] },
    { atMs: 100, units: [1] },
  ]
  expect(check({ concurrency: 1 }, runs)).toEqual([500, 900])
})

test('a change without units is read, looked at again, and answered', () => {
  expect(check({}, [{ atMs: 0, units: [] }])).toEqual([200])
})
