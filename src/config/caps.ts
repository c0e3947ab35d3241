import type { Caps, CapScope } from '../budget/caps.ts'
import type { Spending } from '../budget/budget.ts'
import type { SettingFault } from './config-error.ts'
import type { SettingName, SettingValues } from './settings.ts'

const settingsOf = {
  run: { money: 'CAP_PER_RUN', tokens: 'CAP_TOKENS_PER_RUN' },
  'pull-request': { money: 'CAP_PER_PULL_REQUEST', tokens: 'CAP_TOKENS_PER_PULL_REQUEST' },
  repository: { money: 'CAP_PER_REPOSITORY', tokens: 'CAP_TOKENS_PER_REPOSITORY' },
  day: { money: 'CAP_PER_DAY', tokens: 'CAP_TOKENS_PER_DAY' },
  month: { money: 'CAP_PER_MONTH', tokens: 'CAP_TOKENS_PER_MONTH' },
} as const satisfies Record<CapScope, Record<keyof Spending, SettingName>>

/** Of each pair the first is part of the second: a larger cap on it would never be met. */
const within: readonly (readonly [CapScope, CapScope])[] = [
  ['run', 'pull-request'],
  ['run', 'repository'],
  ['run', 'day'],
  ['repository', 'day'],
  ['day', 'month'],
]

/** The caps that the settings choose; empty when they choose none. */
export function readCaps(values: SettingValues): Caps {
  const caps = Object.entries(settingsOf).flatMap(([scope, names]) => {
    const { [names.money]: money, [names.tokens]: tokens } = values
    if (money === undefined && tokens === undefined) return []
    return [[scope, { ...(money !== undefined && { money }), ...(tokens !== undefined && { tokens }) }]]
  })
  return Object.fromEntries(caps) as Caps // of the keys above
}

/** Caps that contradict each other: somebody meant another number. */
export function capFaults(values: Partial<SettingValues>): SettingFault[] {
  return within.flatMap(([part, whole]) =>
    (['money', 'tokens'] as const).flatMap((measure) => {
      const names = { part: settingsOf[part][measure], whole: settingsOf[whole][measure] }
      const { [names.part]: less, [names.whole]: more } = values
      if (less === undefined || more === undefined || less <= more) return []
      return [{ setting: names.part, problem: `is above ${names.whole}, which is met before it` }]
    }),
  )
}
