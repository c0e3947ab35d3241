import { statement } from '../postgres/database.ts'
import type { Spending } from './budget.ts'

/* A given time is for tests; null is the server's, on which all machines agree. */
const now = (parameter: string): string => `coalesce(${parameter}::timestamptz, clock_timestamp())`

export interface AccountRow extends Spending {
  readonly key: string
}

// Accounts are made and locked in the order of their keys, by everyone: so nobody waits in a circle.
export const ensureAccounts = statement<never>(
  'budget-ensure-accounts',
  `insert into budgets (key) select key from unnest($1::text[]) as asked (key) order by key
   on conflict do nothing`,
)

export const lockAccounts = statement<AccountRow>(
  'budget-lock-accounts',
  `select key, spent_micro_dollars as money, spent_tokens as tokens from budgets
   where key = any($1::text[]) order by key for no key update`,
)

/** What was set aside long ago, and never settled, has no use any more. */
export const selectReserved = statement<AccountRow>(
  'budget-select-reserved',
  `with forgotten as (
     delete from budget_reservations
     where key = any($1::text[]) and expires_at < ${now('$2')} - interval '1 day'
   )
   select key, sum(micro_dollars)::bigint as money, sum(tokens)::bigint as tokens from budget_reservations
   where key = any($1::text[]) and expires_at > ${now('$2')} group by key`,
)

export const insertReservation = statement<never>(
  'budget-insert-reservation',
  `insert into budget_reservations (id, key, micro_dollars, tokens, expires_at)
   select $1, key, $3::bigint, $4::bigint, ${now('$6')} + $5::double precision * interval '1 millisecond'
   from unnest($2::text[]) as asked (key)`,
)

export const extendReservation = statement<never>(
  'budget-extend-reservation',
  `update budget_reservations set expires_at = ${now('$3')} + $2::double precision * interval '1 millisecond'
   where id = $1`,
)

export const selectAccounts = statement<{ readonly key: string }>(
  'budget-select-accounts',
  'select key from budget_reservations where id = $1',
)

export const deleteReservation = statement<{ readonly key: string }>(
  'budget-delete-reservation',
  'delete from budget_reservations where id = $1 returning key',
)

export const addSpent = statement<never>(
  'budget-add-spent',
  `update budgets set spent_micro_dollars = spent_micro_dollars + $2::bigint, spent_tokens = spent_tokens + $3::bigint
   where key = any($1::text[])`,
)
