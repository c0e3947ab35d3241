import type { RunScope } from '../llm/model-source.ts'
import type { Stakes } from '../llm/model.ts'
import type { Account, Spending } from './budget.ts'
import type { MicroDollars } from './money.ts'

/** What is capped: a run, a pull request for good, a repository in a day, and all of them in a day and in a month. */
export type CapScope = 'run' | 'pull-request' | 'repository' | 'day' | 'month'

/** How much may be spent, by what is capped. Days and months are those of UTC. */
export type Caps = Readonly<Partial<Record<CapScope, Partial<Spending>>>>

/** As people read it, after "the money cap of". */
export const capWords: Readonly<Record<CapScope, string>> = {
  run: 'this run',
  'pull-request': 'this pull request',
  repository: 'this repository for the day',
  day: 'the day',
  month: 'the month',
}

/**
 * The order of giving up near a cap: the part of it that a question may use by what is at stake. The reading of a change
 * as a whole, which comes on top of all else, stops first; then second looks at what is not severe, then the reading of
 * what is not source code, and what is left is for the rest.
 */
const shares: Readonly<Record<Stakes, number>> = { extra: 0.7, least: 0.8, low: 0.9, high: 1 }

/** The caps that all runs share. */
export function capsOfAll({ day, month }: Caps): Caps {
  return { ...(day && { day }), ...(month && { month }) }
}

/** The most that is at stake with questions that are not asked any more, now that so much of a cap is spent. */
export function givenUpAt(spent: number, cap: number): Stakes | undefined {
  const orders = ['high', 'low', 'least', 'extra'] as const satisfies Stakes[]
  return orders.find((stakes) => spent >= Math.floor(cap * shares[stakes]))
}

/** The accounts that a question of a run counts in, with what it may use of them. Scopes without a cap have none. */
export function accountsFor(
  caps: Caps,
  scope: RunScope,
  stakes: Stakes,
  at: Date,
): readonly (Account & { readonly scope: CapScope })[] {
  const day = at.toISOString().slice(0, 10)
  const keys: Readonly<Record<CapScope, string | undefined>> = {
    run: `run:${scope.runId}`,
    'pull-request':
      scope.pullRequest === undefined ? undefined : `pull-request:${scope.repository}#${scope.pullRequest}`,
    repository: `repository:${scope.repository}:${day}`,
    day: `day:${day}`,
    month: `month:${day.slice(0, 7)}`,
  }
  return (Object.keys(keys) as CapScope[]) // the keys of the literal above
    .flatMap((capped) => {
      const { [capped]: key } = keys
      const { [capped]: cap } = caps
      return key === undefined || cap === undefined
        ? []
        : [{ scope: capped, key, limit: shareOf(cap, shares[stakes]) }]
    })
}

function shareOf({ money, tokens }: Partial<Spending>, share: number): Partial<Spending> {
  return {
    // A part of an amount, rounded down, is an amount.
    ...(money !== undefined && { money: Math.floor(money * share) as MicroDollars }),
    ...(tokens !== undefined && { tokens: Math.floor(tokens * share) }),
  }
}
