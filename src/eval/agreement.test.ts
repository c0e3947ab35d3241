import { expect, test } from 'vitest'
import { agreement } from './agreement.ts'

const times = (number: number, pair: readonly [boolean, boolean]) =>
  Array.from({ length: number }, () => pair)

test('agreement beyond chance is measured as Cohen does', () => {
  // 50 grants, read by two: both yes to 20, both no to 15, 5 and 10 by one alone. By chance they would agree on half.
  const decisions = [
    ...times(20, [true, true]),
    ...times(5, [true, false]),
    ...times(10, [false, true]),
    ...times(15, [false, false]),
  ]
  const measured = agreement(decisions)
  expect(measured).toMatchObject({ decisions: 50, accuracy: 0.7, onlyFirst: 5, onlySecond: 10 })
  expect(measured.kappa).toBeCloseTo(0.4, 10)
})

test('who always agrees has 1, and who always contradicts has -1', () => {
  expect(agreement([...times(3, [true, true]), ...times(2, [false, false])]).kappa).toBe(1)
  expect(agreement([...times(3, [true, false]), ...times(3, [false, true])]).kappa).toBe(-1)
})

test('where both always say the same thing nothing can be told', () => {
  expect(agreement(times(4, [false, false]))).toMatchObject({ accuracy: 1, kappa: null })
  expect(agreement([])).toMatchObject({ decisions: 0, accuracy: null, kappa: null })
})
