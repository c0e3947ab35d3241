import { statement } from '../postgres/database.ts'
import type { KeyState, Place } from './place.ts'

/* Times are milliseconds since 1970, as the rule that they go to counts. A given time is for tests; null is the server's. */
const nowMs = (parameter: string): string =>
  `extract(epoch from coalesce(${parameter}::timestamptz, clock_timestamp())) * 1000`

export interface KeyRow extends KeyState {
  readonly owed: number
  /** What time it was when the lock was had. */
  readonly now: number
}

export const ensureKey = statement<never>(
  'limits-ensure-key',
  'insert into rate_limit_keys (key) values ($1) on conflict do nothing',
)

export const lockKey = statement<KeyRow>(
  'limits-lock-key',
  `with locked as materialized (select * from rate_limit_keys where key = $1 for no key update)
   select paused_until_ms as "pausedUntil", slow_until_ms as "slowUntil", owed,
     (${nowMs('$2')})::double precision as now
   from locked`,
)

export const selectPlaces = statement<Place>(
  'limits-select-places',
  'select id, at_ms as at, cost from rate_limit_places where key = $1 order by at_ms, position',
)

export const deletePlaces = statement<never>(
  'limits-delete-places',
  'delete from rate_limit_places where key = $1 and (at_ms <= $2::double precision or id = $3)',
)

export const insertPlace = statement<never>(
  'limits-insert-place',
  'insert into rate_limit_places (key, id, at_ms, cost) values ($1, $2, $3::double precision, $4::double precision)',
)

export const deletePlace = statement<never>(
  'limits-delete-place',
  'delete from rate_limit_places where key = $1 and id = $2',
)

export const setOwed = statement<never>(
  'limits-set-owed',
  'update rate_limit_keys set owed = $2::double precision where key = $1',
)

export const addOwed = statement<never>(
  'limits-add-owed',
  `insert into rate_limit_keys (key, owed) values ($1, $2::double precision)
   on conflict (key) do update set owed = rate_limit_keys.owed + excluded.owed`,
)

export const pause = statement<never>(
  'limits-pause',
  `with told as (select ${nowMs('$4')} + $2::double precision as until)
   insert into rate_limit_keys (key, paused_until_ms, slow_until_ms)
   select $1, until, until + $3::double precision from told
   on conflict (key) do update set
     paused_until_ms = greatest(rate_limit_keys.paused_until_ms, excluded.paused_until_ms),
     slow_until_ms = greatest(rate_limit_keys.slow_until_ms, excluded.slow_until_ms)`,
)
