import type { Json } from '../base/json.ts'
import { statement } from '../postgres/database.ts'

/** Told of jobs that may be claimed at once. */
export const CHANNEL = 'lorgnette_jobs'

/*
 * Where a statement needs the time it is $1, and null means the server's own. `now()` and not `clock_timestamp()`,
 * which would keep the indexes on times from being used.
 */
const NOW = 'coalesce($1::timestamptz, now())'

export const enqueue = statement<{ added: number }>(
  'queue-enqueue',
  `with added as (
     insert into jobs (id, kind, payload, available_at, enqueued_at)
     select id, kind, payload::jsonb, greatest(not_before, ${NOW}), ${NOW}
     from unnest($2::text[], $3::text[], $4::text[], $5::timestamptz[])
       with ordinality as wanted (id, kind, payload, not_before, place)
     where not exists (select from dead_letters where dead_letters.id = wanted.id)
     order by place
     on conflict (id) do nothing
     returning available_at
   ),
   told as (
     select pg_notify('${CHANNEL}', '') from added where available_at <= ${NOW} limit 1
   )
   select count(*) as added, (select count(*) from told) as told from added`,
)

export interface ClaimedRow {
  readonly id: string
  readonly kind: string
  readonly payload: Json
  readonly attempt: number
  readonly leaseToken: string
  readonly leaseUntil: Date
  readonly enqueuedAt: Date
}

/**
 * A lease that ran out needs no sweep: `available_at` is its end, so the job is due like any other.
 *
 * The ids are an array: joined with `due`, whose size it can but guess, the planner
 * reads the whole table for every claim (four times as long with 10,000 jobs that wait, and the longer the more there are).
 */
export const claim = statement<ClaimedRow>(
  'queue-claim',
  `with due as materialized (
     select id, available_at as due_at
     from jobs
     where available_at <= ${NOW}
     order by available_at, position
     limit $2
     for update skip locked
   ),
   claimed as (
     update jobs
     set attempts = attempts + 1,
         available_at = ${NOW} + $3 * interval '1 millisecond',
         lease_token = gen_random_uuid()::text,
         worker = $4
     where id = any (array(select id from due))
     returning jobs.*
   )
   select id, kind, payload, attempts as attempt, lease_token as "leaseToken",
     available_at as "leaseUntil", enqueued_at as "enqueuedAt"
   from claimed
   join due using (id)
   order by due_at, position`,
)

/** The rows of `extend` and `complete`: the leases that were held. A token names one claim of one job. */
export interface HeldRow {
  readonly leaseToken: string
}

export const extend = statement<HeldRow>(
  'queue-extend',
  `update jobs
   set available_at = ${NOW} + wanted.lease_ms * interval '1 millisecond'
   from unnest($2::text[], $3::text[], $4::double precision[]) as wanted (id, lease_token, lease_ms)
   where jobs.id = wanted.id and jobs.lease_token = wanted.lease_token
   returning jobs.lease_token as "leaseToken"`,
)

export const complete = statement<HeldRow>(
  'queue-complete',
  `delete from jobs
   using unnest($1::text[], $2::text[]) as done (id, lease_token)
   where jobs.id = done.id and jobs.lease_token = done.lease_token
   returning jobs.lease_token as "leaseToken"`,
)

export const retry = statement<object>(
  'queue-retry',
  `with given_back as (
     update jobs
     set available_at = ${NOW} + $4::double precision * interval '1 millisecond',
         attempts = attempts - $5,
         reason = $6,
         lease_token = null,
         worker = null
     where id = $2 and lease_token = $3
     returning id, available_at
   ),
   told as (
     select pg_notify('${CHANNEL}', '') from given_back where available_at <= ${NOW}
   )
   select id, (select count(*) from told) as told from given_back`,
)

export const bury = statement<object>(
  'queue-bury',
  `with given_up as (
     delete from jobs where id = $2 and lease_token = $3
     returning id, kind, payload, attempts, enqueued_at
   )
   insert into dead_letters (id, kind, payload, attempts, reason, enqueued_at, buried_at)
   select id, kind, payload, attempts, $4, enqueued_at, ${NOW} from given_up
   on conflict (id) do update
   set attempts = excluded.attempts, reason = excluded.reason, buried_at = excluded.buried_at
   returning id`,
)

export const depth = statement<{
  ready: number
  delayed: number
  leased: number
  deadLetters: number
  oldestReadyMs: number
}>(
  'queue-depth',
  `select
     count(*) filter (where available_at <= ${NOW}) as ready,
     count(*) filter (where available_at > ${NOW} and lease_token is null) as delayed,
     count(*) filter (where available_at > ${NOW} and lease_token is not null) as leased,
     (select count(*) from dead_letters) as "deadLetters",
     greatest(0, coalesce(extract(epoch from ${NOW} - min(available_at)) * 1000, 0))::double precision
       as "oldestReadyMs"
   from jobs`,
)

export interface DeadLetterRow {
  readonly id: string
  readonly kind: string
  readonly payload: Json
  readonly attempts: number
  readonly reason: string
  readonly enqueuedAt: Date
  readonly buriedAt: Date
}

export const deadLetters = statement<DeadLetterRow>(
  'queue-dead-letters',
  `select id, kind, payload, attempts, reason, enqueued_at as "enqueuedAt", buried_at as "buriedAt"
   from dead_letters
   order by buried_at desc, id
   limit $1`,
)

export const replay = statement<object>(
  'queue-replay',
  `with raised as (
     delete from dead_letters where id = $2 returning id, kind, payload
   ),
   added as (
     insert into jobs (id, kind, payload, available_at, enqueued_at)
     select id, kind, payload, ${NOW}, ${NOW} from raised
     on conflict (id) do nothing
   )
   select id, pg_notify('${CHANNEL}', '')::text as told from raised`,
)

export const discard = statement<object>(
  'queue-discard',
  'delete from dead_letters where id = $1 returning id',
)
