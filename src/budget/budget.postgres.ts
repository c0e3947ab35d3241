import type { Clock } from '../base/clock.ts'
import { randomIds, type IdSource } from '../base/ids.ts'
import type { Database } from '../postgres/database.ts'
import type { Budget, ReservationId } from './budget.ts'
import * as sql from './budget-statements.postgres.ts'
import { maySpend, type Balance } from './may-spend.ts'
import type { MicroDollars } from './money.ts'

export interface PostgresBudgetOptions {
  /** Decides what time it is, for tests; without it the server does, and all machines agree. */
  readonly clock?: Clock
  readonly newId?: IdSource
}

const NOTHING = { money: 0 as MicroDollars, tokens: 0 } as const

/** A budget that all processes on one PostgreSQL keep together: who reserves holds its accounts until it has decided. */
export function createPostgresBudget(
  database: Database,
  { clock, newId = randomIds }: PostgresBudgetOptions = {},
): Budget {
  const given = (): Date | null => clock?.now() ?? null

  return {
    reserve: ({ accounts, expected, worst, holdMs }) =>
      database.transaction(async (transaction) => {
        const keys = accounts.map(({ key }) => key)
        await transaction.run(sql.ensureAccounts, keys)
        const spent = await transaction.run(sql.lockAccounts, keys)
        const reserved = await transaction.run(sql.selectReserved, keys, given())
        const balanceOf = (key: string): Balance => ({
          spent: spent.find((row) => row.key === key) ?? NOTHING,
          reserved: reserved.find((row) => row.key === key) ?? NOTHING,
        })
        const decision = maySpend(accounts, balanceOf, { expected, worst })
        if (decision.kind !== 'free') return decision
        const id = newId() as ReservationId // made here
        await transaction.run(sql.insertReservation, id, keys, worst.money, worst.tokens, holdMs, given())
        return { kind: 'reserved', id }
      }),

    extend: async (id, holdMs) => {
      await database.run(sql.extendReservation, id, holdMs, given())
    },

    settle: (id, { money, tokens }) =>
      database.transaction(async (transaction) => {
        const found = await transaction.run(sql.selectAccounts, id)
        // Whoever adds an account up sees all that was settled, or none: both changes are made under its lock.
        await transaction.run(
          sql.lockAccounts,
          found.map(({ key }) => key),
        )
        const settled = await transaction.run(sql.deleteReservation, id)
        if (settled.length === 0) return
        const keys = settled.map(({ key }) => key)
        await transaction.run(sql.addSpent, keys, money, tokens)
      }),
  }
}
