import type { Stakes } from '../llm/model.ts'
import type { Account, Spending } from './budget.ts'
import { accountsFor, givenUpAt, type Caps, type CapScope } from './caps.ts'
import type { Balance } from './may-spend.ts'

/** A cap of which several runs have their part, and how far it is used. */
export interface CapInUse {
  readonly scope: CapScope
  /** Of which repository, day or month. */
  readonly of: string
  readonly measure: keyof Spending
  /** In micro-dollars, or tokens. */
  readonly limit: number
  readonly spent: number
  /** Set aside for questions under way: at most so much comes on top. */
  readonly reserved: number
  /** What is not asked any more: the questions of these stakes, and of lower ones. Undefined while all are. */
  readonly givenUp: Stakes | undefined
}

/** An account that several runs share. */
interface SharedAccount extends Account {
  readonly scope: CapScope
  readonly of: string
}

/** The accounts in which the caps of a moment are counted, but those of single runs and pull requests. */
export function sharedAccounts(
  { month, day, repository }: Caps,
  repositories: readonly string[],
  at: Date,
): readonly SharedAccount[] {
  const accounts = (caps: Caps, of: string): SharedAccount[] =>
    accountsFor(caps, { tenant: '', repository: of, runId: '' }, 'high', at).map((account) => ({
      ...account,
      of,
    }))
  const now = at.toISOString()
  return [
    ...accounts({ ...(month && { month }) }, now.slice(0, 7)),
    ...accounts({ ...(day && { day }) }, now.slice(0, 10)),
    ...repositories.flatMap((name) => accounts({ ...(repository && { repository }) }, name)),
  ]
}

/** How far the caps of some accounts are used. */
export function capsInUse(
  accounts: readonly SharedAccount[],
  balanceOf: (key: string) => Balance,
): readonly CapInUse[] {
  return accounts.flatMap(({ scope, key, of, limit }) => {
    const { spent, reserved } = balanceOf(key)
    return (['money', 'tokens'] as const).flatMap((measure) => {
      const { [measure]: most } = limit
      if (most === undefined) return []
      const used = spent[measure]
      return [
        {
          scope,
          of,
          measure,
          limit: most,
          spent: used,
          reserved: reserved[measure],
          givenUp: givenUpAt(used, most),
        },
      ]
    })
  })
}
