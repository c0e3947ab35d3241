import { expect, test } from 'vitest'
import { planScenario } from './scenario.ts'

const quiet = {
  sizes: 'fixed',
  pushes: 0,
  redeliveries: 0,
  githubErrors: 0,
  githubLimits: 0,
  modelLatency: 300,
  seed: '1',
} as const

test('the same seed plans the same level, another one another', () => {
  const level = { index: 1, prs: 30, overMs: 0 }
  const stormy = { ...quiet, pushes: 0.5, redeliveries: 0.5 }
  expect(planScenario(stormy, level)).toEqual(planScenario(stormy, level))
  expect(planScenario(stormy, level)).not.toEqual(planScenario({ ...stormy, seed: '2' }, level))
})

test('deliveries come at once, or evenly over the time given', () => {
  const times = (overMs: number): number[] =>
    planScenario(quiet, { index: 1, prs: 3, overMs }).map(({ openedAtMs }) => openedAtMs)
  expect(times(0)).toEqual([0, 0, 0])
  expect(times(1_000)).toEqual([0, 500, 1_000])
})

test('as many are pushed to, delivered again and struck as the shares say', () => {
  const options = { ...quiet, pushes: 0.2, redeliveries: 0.1, githubErrors: 0.05, githubLimits: 0.02 }
  const plan = planScenario(options, { index: 1, prs: 2_000, overMs: 0 })
  const share = (is: (entry: (typeof plan)[number]) => boolean): number => plan.filter(is).length / 2_000
  expect(share(({ pushedAfterMs }) => pushedAfterMs !== undefined)).toBeCloseTo(0.2, 1)
  expect(share(({ redeliveredAfterMs }) => redeliveredAfterMs !== undefined)).toBeCloseTo(0.1, 1)
  expect(share(({ githubFault }) => githubFault === 'error')).toBeCloseTo(0.05, 1)
  expect(share(({ githubFault }) => githubFault === 'secondary-limit')).toBeCloseTo(0.02, 1)
})

test('a pull request has a head for each of its pushes', () => {
  const plan = planScenario({ ...quiet, pushes: 1 }, { index: 1, prs: 25, overMs: 0 })
  const counts = plan.map(({ pushes }) => pushes)
  expect(counts.filter((count) => count === 2)).toHaveLength(20)
  expect(counts.filter((count) => count === 1)).toHaveLength(5)
})
