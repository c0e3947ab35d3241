import { statement } from '../postgres/database.ts'

/*
 * A row of llm_cache is an entry, or the lease of one who is asking. Once its time is over it means nothing, and whoever
 * comes may write over it. Time is the server's, so that all processes agree when a lease ends.
 */

export interface TurnRow {
  readonly entry: string | null
  readonly leased: boolean
}

/** A look that finds an entry writes nothing. One that meets a row of another's making since it looked gets no lease. */
export const take = statement<TurnRow>(
  'answers-take',
  `with kept as (
     select entry from llm_cache where key = $1 and entry is not null and expires_at > now()
   ),
   leased as (
     insert into llm_cache (key, lease_token, expires_at)
     select $1, $2, now() + $3 * interval '1 millisecond' where not exists (select from kept)
     on conflict (key) do update
     set entry = null, repository = null, lease_token = excluded.lease_token, expires_at = excluded.expires_at
     where llm_cache.expires_at <= now()
     returning key
   )
   select (select entry from kept) as entry, exists (select from leased) as leased`,
)

export const extend = statement<object>(
  'answers-extend',
  `update llm_cache set expires_at = now() + $3 * interval '1 millisecond'
   where key = $1 and lease_token = $2
   returning key`,
)

export const keep = statement<never>(
  'answers-keep',
  `insert into llm_cache (key, entry, repository, expires_at)
   values ($1, $2, $3, now() + $4 * interval '1 millisecond')
   on conflict (key) do update
   set entry = excluded.entry, repository = excluded.repository, lease_token = null, expires_at = excluded.expires_at`,
)

export const giveUp = statement<never>(
  'answers-give-up',
  'delete from llm_cache where key = $1 and lease_token = $2',
)

export const remove = statement<never>(
  'answers-remove',
  'delete from llm_cache where key = $1 and entry = $2',
)

export const stats = statement<{ readonly entries: number; readonly bytes: number }>(
  'answers-stats',
  `select count(*)::bigint as entries, coalesce(sum(octet_length(entry)), 0)::bigint as bytes
   from llm_cache where entry is not null and expires_at > now()`,
)

/** Without a repository it purges all entries. Leases stay: somebody is asking. */
export const purge = statement<object>(
  'answers-purge',
  'delete from llm_cache where entry is not null and ($1::text is null or repository = $1) returning key',
)

/** A batch, oldest first: a delete of everything at once would hold its rows, and the one connection of PGlite, for long. */
export const removeExpired = statement<object>(
  'answers-remove-expired',
  `delete from llm_cache where key in (
     select key from llm_cache where expires_at <= now() order by expires_at limit $1 for update skip locked
   )
   returning key`,
)
