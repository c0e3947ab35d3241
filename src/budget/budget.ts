import type { Brand } from '../base/ids.ts'
import type { MicroDollars } from './money.ts'

/** What a question costs, in both measures. Money that nobody knows counts as none: then the tokens hold alone. */
export interface Spending {
  readonly money: MicroDollars
  readonly tokens: number
}

/** What is counted together, such as `day:2026-11-25`, and how much of it may be spent. */
export interface Account {
  readonly key: string
  /** A measure without a limit is counted only. */
  readonly limit: Partial<Spending>
}

export interface Intended {
  readonly accounts: readonly Account[]
  /** What the question is likely to cost: there is no asking when that is more than is left. */
  readonly expected: Spending
  /** What its answer may cost at most: that much is set aside while it is under way. */
  readonly worst: Spending
  /** After this time it is taken for lost, with whoever asked. */
  readonly holdMs: number
}

export type ReservationId = Brand<string, 'ReservationId'>

export type Reserved =
  | { readonly kind: 'reserved'; readonly id: ReservationId }
  /** What others have set aside in this account is in the way. Most of it comes back when they settle: ask again soon. */
  | { readonly kind: 'busy'; readonly account: string }
  /** It was spent: `account` is the key of one that has too little left of a measure. */
  | { readonly kind: 'refused'; readonly account: string; readonly measure: keyof Spending }

/**
 * What may still be spent, kept by all processes together. Money is set aside before a question, and settled with what the
 * answer cost. While none costs more than its worst, the askers of an account together spend no more than its limit and, at
 * the very end, one question: the last one is let through when it is likely to fit, alone.
 *
 * A reservation whose holder died is void after its time. Throws a retryable error when the store is away: nobody spends
 * what cannot be counted.
 */
export interface Budget {
  /** Sets aside in all accounts, or in none. */
  reserve(intended: Intended): Promise<Reserved>
  /** From now on it takes so long until the reservation is void. One that was settled stays so. */
  extend(id: ReservationId, holdMs: number): Promise<void>
  /** Counts what was spent in the place of the reservation, also of one that is void by then. A second time changes nothing. */
  settle(id: ReservationId, spent: Spending): Promise<void>
}
