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

export const start = statement<StartedRow>(
  'runs-start',
  `with started as (
     update review_runs
     set attempt = attempt + 1, started_at = now(), state = case state when 'queued' then 'running' else state end
     where id = $1 and ended_at is null
     returning id, pull_request_id, head_commit, base_branch, state, attempt, decided
   ),
   shown as (
     update pull_requests set status = 'processing', updated_at = now()
     from started where pull_requests.id = started.pull_request_id
   )
   select started.id, repo_full_name, pr_number, installation_id, started.head_commit, started.base_branch,
     started.state, attempt, decided
   from started join pull_requests on pull_requests.id = started.pull_request_id`,
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
     latency_ms, outcome, detail)
   select id, attempt, $3, $4, $5, $6::bigint, $7::bigint, $8::bigint, $9::double precision, $10, $11 from held
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
     drop_reason, drop_detail, fingerprint)
   select $1, found.* from unnest($2::integer[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
     $8::text[], $9::integer[], $10::integer[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[],
     $16::text[], $17::double precision[], $18::text[], $19::text[], $20::text[], $21::text[], $22::text[],
     $23::text[]) as found`,
)

export interface IntentRow {
  readonly intended: boolean
  readonly github_id: number | null
}

export const selectIntent = statement<IntentRow>(
  'runs-select-intent',
  `with ${HELD}
   select intent.marker is not null as intended, intent.github_id
   from held left join post_intents as intent on intent.kind = $3 and intent.marker = $4`,
)

/** `intended` when it was so before. */
export const insertIntent = statement<IntentRow>(
  'runs-insert-intent',
  `with ${HELD},
   added as (
     insert into post_intents (kind, marker, run_id) select $3, $4, id from held
     on conflict (marker, kind) do nothing
     returning marker
   )
   select not exists (select from added) as intended, intent.github_id
   from held left join post_intents as intent on intent.kind = $3 and intent.marker = $4`,
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
     hunks_skipped, hunks_over_budget, hunks_failed, findings_posted, findings_merged, findings_dropped, files)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14::jsonb)`,
)

/** Only what really reached the pull request: a run that was cut short decided to post, and did not. */
export const selectSaidBefore = statement<{ readonly fingerprint: string }>(
  'runs-select-said-before',
  `select distinct fingerprint
   from pull_requests
   join review_runs as run on run.pull_request_id = pull_requests.id
   join findings on findings.run_id = run.id
   where repo_full_name = $1 and pr_number = $2 and run.id <> $3 and verdict = 'posted'
     and (run.state = 'completed' or exists (
       select from post_intents
       where post_intents.run_id = run.id and kind = 'review' and post_intents.github_id is not null
     ))`,
)

/** The run of another head of the same pull request, as `owe` needs it. */
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
   insert into review_runs (id, pull_request_id, head_commit, base_branch, state)
   select $2, pull_request_id, $3, $4, 'queued' from review_runs where id = $1
   on conflict (pull_request_id, head_commit, base_branch) do nothing`,
)

export const selectOwed = statement<{ readonly id: string }>(
  'runs-select-owed',
  'select id from review_runs where ended_at is null order by created_at, id limit $1',
)
