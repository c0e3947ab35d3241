import { LATENESS_MS, SLOW_SPACING_MS, type Limit } from './rate-limiter.ts'

/** A place that was given away: its time in milliseconds, and what it costs. */
export interface Place {
  readonly id: string
  readonly at: number
  readonly cost: number
}

/** What is known of a key besides its places. */
export interface KeyState {
  readonly pausedUntil: number
  readonly slowUntil: number
}

/**
 * The earliest time, from `now` on, at which a call that costs `cost` fits behind the places given away already (in
 * order of time). Never before the last of them: then every window that ends there holds known places only, and the
 * limit is exact. Pure; the adapters for Redis and PostgreSQL say the same in their languages.
 */
export function earliestTime(
  places: readonly Place[],
  cost: number,
  limits: readonly Limit[],
  { pausedUntil, slowUntil }: KeyState,
  now: number,
): number {
  const last = places.at(-1)?.at ?? -Infinity
  let at = Math.max(now, pausedUntil, last)
  for (const limit of limits) {
    const full = firstThatMustLeave(places, cost, limit)
    if (full) at = Math.max(at, full.at + limit.windowMs + LATENESS_MS)
  }
  return at < slowUntil ? Math.max(at, last + SLOW_SPACING_MS) : at
}

/** The latest place that may not stand in one window with the new call. */
function firstThatMustLeave(places: readonly Place[], cost: number, { of, max }: Limit): Place | undefined {
  if (of === 'calls') return places.at(-max)
  let used = Math.min(cost, max)
  return places.findLast((place) => {
    used += place.cost
    return used > max
  })
}

/**
 * What a new call is taken to cost when `owed` is still to be charged (negative: paid back), and what is then left of it.
 * A credit says that places cost less than was thought: it is worth no more than those that stand, and ends with them.
 */
export function charge(
  asked: number,
  owed: number,
  standing: readonly Place[],
): { readonly cost: number; readonly owed: number } {
  const mostCredit = standing.reduce((sum, { cost }) => sum + cost, 0)
  const due = asked + Math.max(owed, -mostCredit)
  const cost = Math.max(0, due)
  return { cost, owed: due - cost }
}
