import type { Clock } from '../base/clock.ts'
import { randomIds, type IdSource } from '../base/ids.ts'
import type { Database, Queryable } from '../postgres/database.ts'
import * as sql from './limit-statements.postgres.ts'
import { charge, earliestTime, type Place } from './place.ts'
import { LATENESS_MS, type Ask, type RateLimiter, type Reservation } from './rate-limiter.ts'

export interface PostgresRateLimiterOptions {
  /** Decides what time it is, for tests; without it the server does, and all machines agree. */
  readonly clock?: Clock
  readonly newId?: IdSource
}

/**
 * Limits that all processes on one PostgreSQL keep together: askers of one key come one after the other, and each keeps a
 * connection until it is its turn. `linedRateLimiter` has those of one process wait elsewhere.
 */
export function openPostgresRateLimiter(
  database: Database,
  { clock, newId = randomIds }: PostgresRateLimiterOptions = {},
): RateLimiter {
  const given = (): Date | null => clock?.now() ?? null

  return {
    reserve,

    cancel: async (key, { id }) => void (await database.run(sql.deletePlace, key, id)),

    settle: async (key, difference) => void (await database.run(sql.addOwed, key, Math.round(difference))),

    pause: async (key, { ms, slowMs }) => void (await database.run(sql.pause, key, ms, slowMs, given())),
  }

  function reserve({ key, cost: asked, limits }: Ask, held?: Reservation): Promise<Reservation> {
    return database.transaction(async (transaction) => {
      const state = await lock(transaction, key)
      const places = await transaction.run(sql.selectPlaces, key)
      const mine = held && places.find(({ id }) => id === held.id)
      const isLate = mine && state.now - mine.at > LATENESS_MS
      if (mine && mine.at <= state.now && !isLate && state.pausedUntil <= state.now) {
        return { id: mine.id, waitMs: 0 }
      }
      const longest = Math.max(0, ...limits.map(({ windowMs }) => windowMs)) + LATENESS_MS
      const standing = places.filter((place: Place) => place.at > state.now - longest && place !== mine)
      const { cost, owed } = mine
        ? { cost: mine.cost, owed: state.owed }
        : charge(asked, state.owed, standing)
      const at = earliestTime(standing, cost, limits, state, state.now)
      const id = newId()
      await transaction.run(sql.deletePlaces, key, state.now - longest, mine?.id ?? '')
      await transaction.run(sql.insertPlace, key, id, at, cost)
      if (owed !== state.owed) await transaction.run(sql.setOwed, key, owed)
      return { id, waitMs: at - state.now }
    })
  }

  /** What is known of the key; nobody else touches it until the transaction ends. */
  async function lock(transaction: Queryable, key: string): Promise<sql.KeyRow> {
    await transaction.run(sql.ensureKey, key)
    const [row] = await transaction.run(sql.lockKey, key, given())
    if (!row) throw new Error(`the key ${key} vanished while it was locked`)
    return row
  }
}
