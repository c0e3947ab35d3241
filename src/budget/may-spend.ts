import type { Account, Intended, Reserved, Spending } from './budget.ts'

/** What stands in an account: settled, and set aside for questions under way. */
export interface Balance {
  readonly spent: Spending
  readonly reserved: Spending
}

const measures = ['money', 'tokens'] as const

/**
 * Whether a question may be asked now, may be when others have settled, or may not. The reservations of others are upper
 * bounds, so they make it wait and never refuse it; a question that finds none is let through when it is likely to fit.
 * So no more than one question at a time can go beyond a limit, and the first that does is the last.
 */
export function maySpend(
  accounts: readonly Account[],
  balanceOf: (key: string) => Balance,
  { expected, worst }: Pick<Intended, 'expected' | 'worst'>,
): Exclude<Reserved, { kind: 'reserved' }> | { readonly kind: 'free' } {
  let busy: string | undefined
  for (const { key, limit } of accounts) {
    const { spent, reserved } = balanceOf(key)
    for (const measure of measures) {
      const most = limit[measure]
      if (most === undefined) continue
      if (spent[measure] + expected[measure] > most) return { kind: 'refused', account: key, measure }
      if (reserved[measure] > 0 && spent[measure] + reserved[measure] + worst[measure] > most) busy ??= key
    }
  }
  return busy === undefined ? { kind: 'free' } : { kind: 'busy', account: busy }
}
