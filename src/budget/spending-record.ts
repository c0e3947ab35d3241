import type { CapInUse } from './cap-in-use.ts'
import type { Spending } from './budget.ts'
import type { Caps } from './caps.ts'
import type { Spent } from './spent.ts'

/** From its first instant, up to its end without it. */
export interface Period {
  readonly from: Date
  readonly to: Date
}

/** What was spent in some time: in all, and by what is counted together. */
export interface SpentInPeriod {
  readonly total: Spent
  /** Days (UTC, `2026-01-31`) on which something was asked, newest first. */
  readonly days: readonly (Spent & { readonly day: string })[]
  /** Those that money or tokens went to most, paid or saved, first. */
  readonly repositories: readonly (Spent & { readonly repository: string })[]
  /** As above. `model` is `provider/model`, as it answered. */
  readonly models: readonly (Spent & { readonly model: string })[]
}

/** A run that left something out to stay below a cap. */
export interface CurtailedRun {
  readonly runId: string
  readonly repository: string
  readonly pullRequest: number
  readonly title: string
  readonly at: Date
  /** What it left out and which cap was in the way, as its timeline tells it. */
  readonly detail: Readonly<Record<string, string | number>>
}

export interface CurtailedRuns {
  /** How many runs in all. */
  readonly count: number
  /** One that was made in several attempts stands here once, as its last one tells it. */
  readonly newest: readonly CurtailedRun[]
}

export interface CapsInUse {
  /** Of the month and of the day, then of the repositories that have used most of theirs. */
  readonly caps: readonly CapInUse[]
  /** What is set aside for questions under way. Nothing is where there are no caps. */
  readonly reserved: Spending & { readonly questions: number }
}

/** What was spent, and what of it may still be, for people who look. Reads only. */
export interface SpendingRecord {
  /** At most `limit` repositories, and as many models. */
  spent(period: Period, limit: number): Promise<SpentInPeriod>
  /** Undefined when there is no such run, whatever the text is. */
  spentByRun(runId: string): Promise<Spent | undefined>
  /** At most `limit` of them, newest first. */
  curtailed(period: Period, limit: number): Promise<CurtailedRuns>
  /** How far the caps of that moment are used; at most `limit` repositories. */
  capsInUse(caps: Caps, at: Date, limit: number): Promise<CapsInUse>
}

/** The longest time that is added up at once. */
export const MAX_DAYS = 366

/** So many days up to now, the present one included; whole days of UTC. */
export function lastDays(days: number, now: Date): Period {
  const to = new Date(now)
  to.setUTCHours(24, 0, 0, 0)
  const from = new Date(to)
  from.setUTCDate(from.getUTCDate() - days)
  return { from, to }
}
