import { randomIds, type IdSource } from '../base/ids.ts'
import type { Queryable } from '../postgres/database.ts'
import type { AnswerCache } from './answer-cache.ts'
import * as sql from './answer-statements.postgres.ts'

/** PostgreSQL forgets nothing by itself. */
export interface PostgresAnswerCache extends AnswerCache {
  /** Deletes up to `limit` rows whose time is over, and returns how many. */
  removeExpired(limit: number): Promise<number>
}

/** Answers in the table `llm_cache`, on PostgreSQL and PGlite alike. */
export function openPostgresAnswerCache(
  database: Queryable,
  newToken: IdSource = randomIds,
): PostgresAnswerCache {
  return {
    take: async (key, leaseMs) => {
      const token = newToken()
      const [turn] = await database.run(sql.take, key, token, leaseMs)
      if (!turn) return { kind: 'taken' } // it always has a row
      if (turn.entry !== null) return { kind: 'kept', entry: turn.entry }
      return turn.leased ? { kind: 'lease', lease: { key, token } } : { kind: 'taken' }
    },
    extend: async ({ key, token }, leaseMs) =>
      (await database.run(sql.extend, key, token, leaseMs)).length > 0,
    keep: async ({ key }, entry, { ttlMs, repository }) => {
      await database.run(sql.keep, key, entry, repository, ttlMs)
    },
    giveUp: async ({ key, token }) => {
      await database.run(sql.giveUp, key, token)
    },
    remove: async (key, entry) => {
      await database.run(sql.remove, key, entry)
    },
    stats: async () => {
      const [kept] = await database.run(sql.stats)
      return kept ?? { entries: 0, bytes: 0 }
    },
    purge: async (repository) => (await database.run(sql.purge, repository ?? null)).length,
    removeExpired: async (limit) => (await database.run(sql.removeExpired, limit)).length,
  }
}
