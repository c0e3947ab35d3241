import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { spendAtOnce, spendShare } from '../bench/budget/spend-at-once.ts'
import { testDatabases, type TestDatabase } from './databases.ts'

const [kind] = testDatabases()
if (!kind) throw new Error('there is no database')

describe.skipIf(kind.missing)('two hundred runs at once against the cap of a day', () => {
  let opened: TestDatabase
  beforeAll(async () => {
    opened = await kind.open()
  })
  afterAll(() => opened.drop())

  test.each([
    ['answers cost about what was expected', 1],
    ['answers cost several times what was expected', 4],
  ])('when %s, they exceed it by one question at most', async (_what, factor) => {
    const { spent, cap, dearest, asked, refused, underWay } = await spendAtOnce(
      { runs: 200, questionsPerRun: 3, capInQuestions: 200, factor },
      1,
      (shares) => Promise.all(shares.map((share) => spendShare(opened.database, share))),
    )
    expect(asked + refused).toBe(600)
    expect(refused).toBeGreaterThan(0)
    // That many were asked at the same time at all.
    expect(underWay).toBeGreaterThan(5)
    expect(spent).toBeLessThanOrEqual(cap + dearest)
    // The cap is used, too: not even two more questions of the dearest kind would have fitted.
    expect(spent).toBeGreaterThan(cap - 2 * dearest)
  })
})
