import type { MeasuringClock } from '../base/clock.ts'
import { randomIds, type IdSource } from '../base/ids.ts'
import { charge, earliestTime, type KeyState, type Place } from './place.ts'
import { LATENESS_MS, type RateLimiter } from './rate-limiter.ts'

interface Key extends KeyState {
  /** In the order of time. */
  readonly places: readonly Place[]
  /** To be charged to the next calls. */
  readonly owed: number
}

const fresh: Key = { pausedUntil: 0, slowUntil: 0, places: [], owed: 0 }

/** Limits that one process keeps by itself: right where there is one process. */
export function createProcessRateLimiter(
  clock: Pick<MeasuringClock, 'monotonicMs'>,
  newId: IdSource = randomIds,
): RateLimiter {
  const keys = new Map<string, Key>()
  const stateOf = (name: string): Key => keys.get(name) ?? fresh
  // Whole milliseconds, in which timers count, too: a place is not a fraction of one ahead of who comes for it.
  const now = (): number => Math.floor(clock.monotonicMs())

  return {
    reserve: async ({ key: name, cost: asked, limits }, held) => {
      const at = now()
      const key = stateOf(name)
      const mine = held && key.places.find(({ id }) => id === held.id)
      if (mine && mine.at <= at && at - mine.at <= LATENESS_MS && key.pausedUntil <= at) {
        return { id: mine.id, waitMs: 0 }
      }
      const longest = Math.max(0, ...limits.map(({ windowMs }) => windowMs)) + LATENESS_MS
      const places = key.places.filter((place) => place.at > at - longest && place !== mine)
      const { cost, owed } = mine ? { cost: mine.cost, owed: key.owed } : charge(asked, key.owed, places)
      const place = { id: newId(), at: earliestTime(places, cost, limits, key, at), cost }
      keys.set(name, { ...key, places: [...places, place], owed })
      return { id: place.id, waitMs: place.at - at }
    },

    cancel: async (name, reservation) => {
      const key = stateOf(name)
      keys.set(name, { ...key, places: key.places.filter(({ id }) => id !== reservation.id) })
    },

    settle: async (name, difference) => {
      const key = stateOf(name)
      keys.set(name, { ...key, owed: key.owed + difference })
    },

    pause: async (name, { ms, slowMs }) => {
      const key = stateOf(name)
      const pausedUntil = Math.max(key.pausedUntil, now() + ms)
      keys.set(name, { ...key, pausedUntil, slowUntil: Math.max(key.slowUntil, pausedUntil + slowMs) })
    },
  }
}
