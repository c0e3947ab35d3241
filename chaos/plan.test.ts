import { expect, test } from 'vitest'
import { planRun, type RunPlan } from './plan.ts'
import { createRandom } from './random.ts'
import { calls } from './steps.ts'

const plans: readonly RunPlan[] = Array.from({ length: 300 }, (_, run) =>
  planRun(run, createRandom(`test/${run}`)),
)

test('a plan follows from its seed alone', () => {
  expect(planRun(7, createRandom('1/7'))).toEqual(planRun(7, createRandom('1/7')))
  expect(planRun(7, createRandom('1/7'))).not.toEqual(planRun(7, createRandom('2/7')))
})

test('pull requests are opened in the order of their numbers, and before anything else happens to them', () => {
  for (const { moves, pullRequests } of plans) {
    const opened = moves.filter(({ kind }) => kind === 'open').map(({ number }) => number)
    expect(opened).toEqual(pullRequests.map(({ number }) => number))
    for (const { number, faults, closes } of pullRequests) {
      const kinds = moves.filter((move) => move.number === number).map(({ kind }) => kind)
      const pushes = faults.slice(1).map(() => 'push')
      expect(kinds).toEqual(['open', ...pushes, ...(closes ? ['close'] : [])])
    }
  }
})

test('in the long run every call is a place to die, for every kind of victim', () => {
  const kills = plans.flatMap((plan) => plan.kills)
  expect(plans.every((plan) => plan.kills.length > 0)).toBe(true)
  expect(new Set(kills.map(({ victim }) => victim)).size).toBe(6)
  const many = Array.from({ length: 5_000 }, (_, run) => planRun(run, createRandom(`long/${run}`)))
  const reached = new Set(
    many.flatMap((plan) => plan.kills.map(({ step }) => `${step.service} ${step.call}`)),
  )
  expect(calls.filter(({ service, name }) => !reached.has(`${service} ${name}`))).toEqual([])
})
