import { expect, test } from 'vitest'
import { planRun, type RunPlan } from './plan.ts'
import type { Strike } from './plan-strikes.ts'
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

const many: readonly RunPlan[] = Array.from({ length: 5_000 }, (_, run) =>
  planRun(run, createRandom(`long/${run}`)),
)
const strikes = many.flatMap((plan) => plan.strikes)
const victims = strikes.flatMap((strike) => (strike.how === 'fail' ? [] : strike))
const failures = strikes.flatMap((strike) => (strike.how === 'fail' ? strike : []))

test('in the long run every call is a place to die, for every kind of victim', () => {
  expect(many.every((plan) => plan.strikes.some(({ how }) => how !== 'fail'))).toBe(true)
  expect(new Set(victims.map(({ victim }) => victim)).size).toBe(6)
  expect(new Set(victims.map(({ how }) => how))).toEqual(new Set(['kill', 'restart', 'freeze']))
  const reached = new Set(victims.map(({ step }) => `${step.service} ${step.call}`))
  expect(calls.filter(({ service, name }) => !reached.has(`${service} ${name}`))).toEqual([])
})

test('GitHub and the model fail by themselves, in every way, and at every call that a run makes', () => {
  const ways = new Set(failures.map(({ step, failure }) => `${step.service} ${step.when} ${failure.kind}`))
  expect([...ways].sort()).toEqual([
    'github after cut',
    'github after status',
    'github before cut',
    'github before limit',
    'github before status',
    'model after cut',
    'model after half',
    'model after status',
    'model before cut',
    'model before limit',
    'model before status',
  ])
  const reached = new Set(failures.map(({ step }) => step.call))
  const asked = calls.filter(({ service, ordinary }) => ordinary && /github|model/.test(service))
  expect(asked.filter(({ name }) => !reached.has(name))).toEqual([])
})

test('what costs a job an attempt comes twice in a run at most: after the fourth it would be given up by design', () => {
  const costly = (strike: Strike): boolean =>
    strike.how !== 'fail' || (strike.step.service === 'github' && strike.failure.kind !== 'limit')
  expect(Math.max(...many.map((plan) => plan.strikes.filter(costly).length))).toBe(2)
})

test('a call that is made only after a failure is provoked, and then struck', () => {
  const [provoked] = many.filter(({ strikes }) =>
    strikes.some(({ step }) => step.call === 'GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews'),
  )
  expect(provoked?.strikes.slice(0, 2)).toMatchObject([
    {
      how: 'fail',
      step: { call: 'POST /repos/{owner}/{repo}/pulls/{pull_number}/reviews', when: 'after' },
      failure: { kind: 'cut' },
    },
    { step: { call: 'GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews' }, nth: 1 },
  ])
})

test('where there is no Redis, nothing strikes it, and its place is taken', () => {
  const without = many.filter(({ queue }) => queue === 'postgres')
  expect(without.length / many.length).toBeCloseTo(0.25, 2)
  const struck = without.flatMap((plan) => plan.strikes)
  expect(struck.filter((strike) => strike.how !== 'fail' && strike.victim === 'redis')).toEqual([])
  expect(struck.filter(({ step }) => step.service === 'redis')).toEqual([])
  expect(struck.map(({ step }) => step.call)).toContain('queue-claim')
})
