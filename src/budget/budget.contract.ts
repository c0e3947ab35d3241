import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Account, Budget, Reserved, Spending } from './budget.ts'
import { microDollars } from './money.ts'

export interface BudgetUnderTest {
  readonly budget: Budget
  /** The same budget as another process has it. */
  readonly another: Budget
  readonly advance: (ms: number) => void
  readonly close: () => Promise<void>
}

const spending = (money: number, tokens = 0): Spending => ({ money: microDollars(money), tokens })

/** What every budget promises. */
export function budgetContract(open: () => Promise<BudgetUnderTest>): void {
  let opened: BudgetUnderTest
  /** Keeps the accounts of a test apart from those of the others. */
  let owner: string
  beforeAll(async () => {
    opened = await open()
  })
  beforeEach(() => {
    owner = randomUUID()
  })
  afterAll(() => opened.close())

  const named = (key: string): string => `${owner} ${key}`
  const account = (key: string, money?: number, tokens?: number): Account => ({
    key: named(key),
    limit: {
      ...(money !== undefined && { money: microDollars(money) }),
      ...(tokens !== undefined && { tokens }),
    },
  })
  const reserve = (
    accounts: readonly Account[],
    expected: Spending,
    worst = expected,
    budget = opened.budget,
  ): Promise<Reserved> => budget.reserve({ accounts, expected, worst, holdMs: 60_000 })
  async function reserved(...asked: Parameters<typeof reserve>) {
    const decision = await reserve(...asked)
    if (decision.kind !== 'reserved') throw new Error(`it is ${decision.kind}`)
    return decision.id
  }
  async function spend(accounts: readonly Account[], amount: Spending): Promise<void> {
    await opened.budget.settle(await reserved(accounts, spending(0)), amount)
  }
  const day = (): readonly Account[] => [account('day:1', 100)]

  test('what was settled counts, not what was set aside for it', async () => {
    const id = await reserved(day(), spending(10), spending(90))
    await opened.budget.settle(id, spending(30))
    expect(await reserve(day(), spending(70))).toMatchObject({ kind: 'reserved' })
  })

  test('what does not fit beside what was spent is refused, with the account and the measure', async () => {
    await spend(day(), spending(95))
    const refused = { kind: 'refused', account: named('day:1'), measure: 'money' }
    expect(await reserve(day(), spending(6))).toEqual(refused)
    expect(await reserve(day(), spending(6), spending(6), opened.another)).toEqual(refused)
    expect(await reserve(day(), spending(5))).toMatchObject({ kind: 'reserved' })
  })

  test('what others have set aside, in any process, is waited for, and free once they settle', async () => {
    const id = await reserved(day(), spending(10), spending(60))
    expect(await reserve(day(), spending(10), spending(60), opened.another)).toEqual({
      kind: 'busy',
      account: named('day:1'),
    })
    await opened.budget.settle(id, spending(0))
    expect(await reserve(day(), spending(10), spending(60), opened.another)).toMatchObject({
      kind: 'reserved',
    })
  })

  test('a question that is alone may be worth more than is left, and is the last one then', async () => {
    await spend(day(), spending(80))
    const id = await reserved(day(), spending(10), spending(500))
    expect(await reserve(day(), spending(1))).toEqual({ kind: 'busy', account: named('day:1') })
    await opened.budget.settle(id, spending(300))
    expect(await reserve(day(), spending(1))).toMatchObject({ kind: 'refused' })
  })

  test('what is settled twice counts once', async () => {
    const id = await reserved(day(), spending(10))
    await Promise.all([opened.budget.settle(id, spending(50)), opened.another.settle(id, spending(50))])
    await opened.budget.settle(id, spending(50))
    expect(await reserve(day(), spending(50))).toMatchObject({ kind: 'reserved' })
  })

  test('a reservation is void after its time, and a late answer still counts', async () => {
    const id = await reserved(day(), spending(10), spending(100))
    expect(await reserve(day(), spending(1))).toEqual({ kind: 'busy', account: named('day:1') })
    opened.advance(60_001)
    await opened.budget.settle(await reserved(day(), spending(1)), spending(0))
    await opened.budget.settle(id, spending(100))
    expect(await reserve(day(), spending(1))).toMatchObject({ kind: 'refused' })
  })

  test('a reservation that is extended lasts, and one that was settled does not come back', async () => {
    const id = await reserved(day(), spending(10), spending(100))
    opened.advance(50_000)
    await opened.another.extend(id, 60_000)
    opened.advance(50_000)
    expect(await reserve(day(), spending(1))).toEqual({ kind: 'busy', account: named('day:1') })
    await opened.budget.settle(id, spending(0))
    await opened.budget.extend(id, 60_000)
    expect(await reserve(day(), spending(100))).toMatchObject({ kind: 'reserved' })
  })

  test('a reservation that nobody ever settled is forgotten, and with it what it would have cost', async () => {
    const id = await reserved(day(), spending(100))
    opened.advance(2 * 86_400_000)
    await opened.budget.settle(await reserved(day(), spending(1)), spending(0))
    await opened.budget.settle(id, spending(100))
    expect(await reserve(day(), spending(100))).toMatchObject({ kind: 'reserved' })
  })

  test('an account that refuses leaves nothing set aside in the others', async () => {
    const both = [account('run:1', 5), account('day:1', 100)]
    expect(await reserve(both, spending(6))).toMatchObject({ kind: 'refused', account: named('run:1') })
    expect(await reserve(day(), spending(100))).toMatchObject({ kind: 'reserved' })
  })

  test('what a run spends counts in its day, too, and another run has its own', async () => {
    await spend([account('run:1', 50), account('day:1', 100)], spending(50))
    expect(await reserve([account('run:1', 50), account('day:1', 100)], spending(1))).toMatchObject({
      account: named('run:1'),
    })
    expect(await reserve([account('run:2', 60), account('day:1', 100)], spending(51))).toMatchObject({
      account: named('day:1'),
    })
    expect(await reserve([account('run:2', 60), account('day:2', 100)], spending(51))).toMatchObject({
      kind: 'reserved',
    })
  })

  test('tokens are kept beside money, and alone where nobody knows the price', async () => {
    const tokens = [account('day:1', 100, 1_000)]
    await spend(tokens, spending(0, 900))
    expect(await reserve(tokens, spending(0, 101))).toEqual({
      kind: 'refused',
      account: named('day:1'),
      measure: 'tokens',
    })
    expect(await reserve(tokens, spending(0, 100))).toMatchObject({ kind: 'reserved' })
  })

  test('of many who ask at once, in two processes, as many get their turn as there is room for', async () => {
    const asked = Array.from({ length: 40 }, (_, index) =>
      reserve(day(), spending(9), spending(9), index % 2 === 0 ? opened.budget : opened.another),
    )
    const kinds = (await Promise.all(asked)).map(({ kind }) => kind)
    expect(kinds.filter((kind) => kind === 'reserved')).toHaveLength(11)
    expect(kinds.filter((kind) => kind === 'busy')).toHaveLength(29)
  })

  test('accounts named in any order, by many at once, keep nobody from their turn', async () => {
    const accounts = ['run:1', 'day:1', 'month:1'].map((key) => account(key, 1_000_000))
    await Promise.all(
      Array.from({ length: 30 }, async (_, index) => {
        const mine = index % 2 === 0 ? accounts : accounts.toReversed()
        await opened.budget.settle(await reserved(mine, spending(1)), spending(7))
      }),
    )
    expect(await reserve([account('month:1', 210)], spending(1))).toMatchObject({ kind: 'refused' })
    expect(await reserve([account('month:1', 211)], spending(1))).toMatchObject({ kind: 'reserved' })
  })
}
