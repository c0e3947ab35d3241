import { statement } from '../postgres/database.ts'
import type { DecidedReview } from './run-store.ts'

/*
 * Writes are fenced: $1 and $2 are run and attempt, and nothing is written unless that attempt holds the run. `held` locks
 * the run's row, so that no other attempt can begin between the check and the write. Every fenced statement returns a
 * row when the run is held, and none when it is lost.
 */
const HELD = `held as (
     select id, pull_request_id, attempt from review_runs
     where id = $1 and attempt = $2 and state in ('running', 'posting')
     for no key update
   )`

/**
 * Before a transaction touches a run it locks its pull request, as deliveries do: with two orders, two transactions
 * could wait for each other.
 */
export const lockPullRequest = statement<object>(
  'runs-lock-pull-request',
  `select id from pull_requests
   where id = (select pull_request_id from review_runs where review_runs.id = $1)
   for no key update`,
)

export interface StartedRow {
  readonly id: string
  readonly repo_full_name: string
  readonly pr_number: number
  readonly installation_id: number | null
  readonly head_commit: string
  readonly base_branch: string
  readonly state: 'running' | 'posting'
  readonly attempt: number
  readonly decided: DecidedReview | null
}

/**
 * $2 milliseconds of hold; $3 whether a failed run is taken up again. No row when the run is not to be started, or when
 * another attempt holds its pull request: `runs-select-state` tells them apart.
 */
export const start = statement<StartedRow>(
  'runs-start',
  `with wanted as (
     select id, pull_request_id, attempt, state from review_runs
     where id = $1 and (ended_at is null or (state = 'failed' and $3::boolean))
   ),
   hold as (
     insert into run_holds (pull_request_id, run_id, attempt, held_until)
     select pull_request_id, id, attempt + 1, clock_timestamp() + $2::integer * interval '1 millisecond' from wanted
     on conflict (pull_request_id) do update
     set run_id = excluded.run_id, attempt = excluded.attempt, held_until = excluded.held_until
     where run_holds.held_until <= clock_timestamp()
     returning run_id
   ),
   started as (
     update review_runs
     set attempt = review_runs.attempt + 1, started_at = now(), reason = '', ended_at = null,
       state = case when decided is null then 'running' else 'posting' end
     from hold where review_runs.id = hold.run_id
     returning id, pull_request_id, head_commit, base_branch, review_runs.state, review_runs.attempt, decided
   ),
   withdrawn as (
     delete from receipts using started where receipts.run_id = started.id
   ),
   noted as (
     insert into run_events (run_id, attempt, step, detail)
     select wanted.id, wanted.attempt, 'taken-up-again', '{}'
     from wanted join hold on hold.run_id = wanted.id where wanted.state = 'failed'
   ),
   shown as (
     update pull_requests set status = 'processing', updated_at = now()
     from started where pull_requests.id = started.pull_request_id
   )
   select started.id, repo_full_name, pr_number, installation_id, started.head_commit, started.base_branch,
     started.state, attempt, decided
   from started join pull_requests on pull_requests.id = started.pull_request_id`,
)

export const selectState = statement<{ readonly is_startable: boolean }>(
  'runs-select-state',
  `select ended_at is null or (state = 'failed' and $2::boolean) as is_startable from review_runs where id = $1`,
)

export const keep = statement<object>(
  'runs-keep',
  `update run_holds set held_until = clock_timestamp() + $3::integer * interval '1 millisecond'
   from review_runs as run
   where run.id = $1 and run.attempt = $2 and run.state in ('running', 'posting')
     and run_holds.pull_request_id = run.pull_request_id and run_holds.run_id = run.id
     and run_holds.attempt = run.attempt
   returning run.id`,
)

export const release = statement<never>(
  'runs-release',
  `delete from run_holds
   where pull_request_id = (select pull_request_id from review_runs where id = $1) and run_id = $1 and attempt = $2`,
)

export const insertEvent = statement<object>(
  'runs-insert-event',
  `with ${HELD}
   insert into run_events (run_id, attempt, step, detail)
   select id, attempt, $3, $4::jsonb from held
   returning id`,
)

export const insertCall = statement<object>(
  'runs-insert-call',
  `with ${HELD}
   insert into llm_calls (run_id, attempt, purpose, unit, model, input_tokens, cached_input_tokens, output_tokens,
     latency_ms, outcome, detail, source, cache_lookup, cache_key, cache_key_parts, cost_micro_dollars)
   select id, attempt, $3, $4, $5, $6::bigint, $7::bigint, $8::bigint, $9::double precision, $10, $11, $12,
     $13, $14, $15::jsonb, $16::bigint
   from held
   returning id`,
)

export const decide = statement<object>(
  'runs-decide',
  `update review_runs set state = 'posting', decided = $3::jsonb, decided_at = now()
   where id = $1 and attempt = $2 and state in ('running', 'posting')
   returning id`,
)

export const deleteFindings = statement<never>(
  'runs-delete-findings',
  'delete from findings where run_id = $1',
)

export const insertFindings = statement<never>(
  'runs-insert-findings',
  `insert into findings (run_id, position, id, source_kind, source_name, rule, path, side, start_line, end_line,
     severity, category, title, explanation, evidence, replacement, confidence, verdict, place, merged_into,
     drop_reason, drop_detail, fingerprint, look_verdict, look_reason, look_model, look_certainty, claimed_severity,
     pass, worth)
   select $1, found.* from unnest($2::integer[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
     $8::text[], $9::integer[], $10::integer[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[],
     $16::text[], $17::double precision[], $18::text[], $19::text[], $20::text[], $21::text[], $22::text[],
     $23::text[], $24::text[], $25::text[], $26::text[], $27::double precision[], $28::text[], $29::text[],
     $30::double precision[]) as found`,
)

export interface IntentRow {
  readonly intended: boolean
  readonly github_id: number | null
  readonly age_ms: number | null
  readonly answered: boolean | null
}

/** `clock_timestamp`, for `now` is the beginning of a transaction that may have waited. */
const INTENT = `intent.github_id, intent.answered_at is not null as answered,
     (extract(epoch from clock_timestamp() - intent.intended_at) * 1000)::double precision as age_ms`

export const selectIntent = statement<IntentRow>(
  'runs-select-intent',
  `with ${HELD}
   select intent.marker is not null as intended, ${INTENT}
   from held left join post_intents as intent on intent.kind = $3 and intent.marker = $4`,
)

/** Returns what was there before; of one that came a moment ago only that it did. */
export const insertIntent = statement<IntentRow>(
  'runs-insert-intent',
  `with ${HELD},
   added as (
     insert into post_intents (kind, marker, run_id, intended_at) select $3, $4, id, clock_timestamp() from held
     on conflict (marker, kind) do nothing
     returning marker
   )
   select not exists (select from added) as intended, ${INTENT}
   from held left join post_intents as intent on intent.kind = $3 and intent.marker = $4`,
)

export const renewIntent = statement<IntentRow>(
  'runs-renew-intent',
  `with ${HELD},
   renewed as (
     update post_intents set intended_at = clock_timestamp(), answered_at = null
     from held where kind = $3 and marker = $4
   )
   select intent.marker is not null as intended, ${INTENT}
   from held left join post_intents as intent on intent.kind = $3 and intent.marker = $4`,
)

export const noteAnswered = statement<object>(
  'runs-note-answered',
  `with ${HELD},
   noted as (
     update post_intents set answered_at = now() from held where kind = $3 and marker = $4
   )
   select id from held`,
)

/** What stands on GitHub is a fact, and kept even by an attempt that lost its run. Returns whether it did not. */
export const notePosted = statement<{ readonly held: boolean }>(
  'runs-note-posted',
  `with ${HELD}
   insert into post_intents (kind, marker, run_id, github_id, posted_at) values ($3, $4, $1, $5, now())
   on conflict (marker, kind) do update
   set github_id = excluded.github_id, posted_at = coalesce(post_intents.posted_at, excluded.posted_at)
   returning exists (select from held) as held`,
)

export const insertComments = statement<object>(
  'runs-insert-comments',
  `with ${HELD},
   added as (
     insert into reviews (run_id, pr_id, finding_id, file_path, line_number, comment_text, github_id)
     select held.id, held.pull_request_id, comment.*
     from held, unnest($3::text[], $4::text[], $5::integer[], $6::text[], $7::bigint[]) as comment
     on conflict (run_id, finding_id) do update set github_id = coalesce(excluded.github_id, reviews.github_id)
   )
   select id from held`,
)

export const end = statement<{ readonly pull_request_id: number }>(
  'runs-end',
  `update review_runs set state = $3, reason = $4, ended_at = now()
   where id = $1 and attempt = $2 and state in ('running', 'posting')
   returning pull_request_id`,
)

/** The status follows the newest run: while another one is under way, that one speaks. */
export const settlePullRequest = statement<never>(
  'runs-settle-pull-request',
  `update pull_requests set status = $2, updated_at = now()
   where id = $1 and not exists (
     select from review_runs where pull_request_id = $1 and ended_at is null
   )`,
)

export const insertReceipt = statement<never>(
  'runs-insert-receipt',
  `insert into receipts (run_id, outcome, reason, reader_model, reader_analysers, hunks_read, hunks_from_cache,
     hunks_skipped, hunks_over_budget, hunks_failed, findings_posted, findings_merged, findings_dropped, files, notes,
     whole_change)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14::jsonb, $15, $16::jsonb)`,
)

/**
 * Only what really reached the pull request: a run that was cut short decided to post, and did not. What was merged into a
 * comment was said by it.
 */
export const selectSaidBefore = statement<{ readonly fingerprint: string }>(
  'runs-select-said-before',
  `select distinct fingerprint
   from pull_requests
   join review_runs as run on run.pull_request_id = pull_requests.id
   join findings on findings.run_id = run.id
   where repo_full_name = $1 and pr_number = $2 and run.id <> $3
     and (verdict = 'posted' or verdict = 'merged' and exists (
       select from findings as speaker
       where speaker.run_id = run.id and speaker.id = findings.merged_into and speaker.verdict = 'posted'
     ))
     and (run.state = 'completed' or exists (
       select from post_intents
       where post_intents.run_id = run.id and kind = 'review' and post_intents.github_id is not null
     ))`,
)

/**
 * What GitHub shows, unless what we know is newer: then no row. GitHub's dates are whole seconds: within one, a head whose
 * run has ended already is taken for the older one.
 */
export const keepShown = statement<object>(
  'runs-keep-shown',
  `update pull_requests as known
   set head_commit = $2, base_branch = $3, state = $4, draft = $5::boolean, locked = $6::boolean,
     labels = array(select jsonb_array_elements_text($7::jsonb)), github_updated_at = $8::timestamptz, updated_at = now()
   where id = (select pull_request_id from review_runs where review_runs.id = $1)
     and (github_updated_at < $8::timestamptz or github_updated_at = $8::timestamptz and not exists (
       select from review_runs as other
       where other.pull_request_id = known.id and other.head_commit = $2 and other.base_branch = $3
         and other.state in ('completed', 'failed', 'skipped')
     ))
   returning id`,
)

/** The run of another head of the same pull request, as `giveWay` needs it. */
export const oweAnother = statement<never>(
  'runs-owe-another',
  `with revived as (
     update review_runs
     set state = case when decided is null then 'queued' else 'posting' end, reason = '', ended_at = null
     where pull_request_id = (select pull_request_id from review_runs where id = $1)
       and head_commit = $3 and base_branch = $4 and state = 'superseded'
     returning id, attempt
   ),
   withdrawn as (
     delete from receipts using revived where receipts.run_id = revived.id
   ),
   noted as (
     insert into run_events (run_id, attempt, step, detail)
     select id, attempt, 'taken-up-again', '{}' from revived
   )
   insert into review_runs (id, pull_request_id, head_commit, base_branch, repository_name, state)
   select $2, pull_request_id, $3, $4, repository_name, 'queued' from review_runs where id = $1
   on conflict (pull_request_id, head_commit, base_branch) do nothing`,
)

/** $3 runs of a repository at once. Who was started before has had its turn. */
export const selectOwed = statement<{ readonly id: string }>(
  'runs-select-owed',
  `select id from (
     select run.id, run.created_at, run.attempt,
       row_number() over (partition by repo_full_name order by run.created_at, run.id) as place
     from review_runs as run join pull_requests on pull_requests.id = run.pull_request_id
     where ended_at is null
   ) as owed
   where (place <= $3 or attempt > 0)
     and ($2::text is null or (created_at, id) > (select created_at, id from review_runs where id = $2))
   order by created_at, id limit $1`,
)

/** $2 runs of a repository at once. Where half as many have no end, those that had to wait had their turn before. */
export const selectTurns = statement<{ readonly id: string }>(
  'runs-select-turns',
  `with oldest as (
     select id, created_at, attempt from review_runs
     where ended_at is null
       and repository_name = (select ended.repository_name from review_runs as ended where ended.id = $1)
     order by created_at, id limit $2::integer
   )
   select id from oldest where attempt = 0 and (select 2 * count(*) from oldest) > $2::integer
   order by created_at, id`,
)
