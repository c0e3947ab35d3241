import type { RunState } from '../review/run.ts'
import { statement } from '../postgres/database.ts'

/*
 * Every statement works on many rows at once, which come as one array for each column. Rows are touched in a fixed
 * order (deliveries by id, then pull requests by name, then their runs), so that two stores never wait for each other.
 */

/** Returns the ids that were new. */
export const insertDeliveries = statement<{ id: string }>(
  'deliveries-insert',
  `insert into webhook_deliveries
     (id, name, action, decision, reason, repo_full_name, pr_number, head_commit, base_branch, received_at)
   select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::integer[],
     $8::text[], $9::text[], $10::timestamptz[]) as delivery (id)
   order by delivery.id
   on conflict (id) do nothing
   returning id`,
)

/** Of its newest run. `pending` also while the rules ask for none. */
export type PullRequestStatus = 'pending' | 'processing' | 'completed' | 'failed'

export interface PullRequestRow {
  readonly id: number
  readonly repo_full_name: string
  readonly pr_number: number
  readonly installation_id: number | null
  readonly title: string
  readonly author: string
  readonly author_is_bot: boolean
  readonly state: 'open' | 'closed'
  readonly draft: boolean
  readonly locked: boolean
  readonly labels: string[]
  readonly head_commit: string
  readonly base_branch: string
  readonly github_updated_at: Date
  readonly status: PullRequestStatus
  readonly is_new: boolean
}

/** Makes the pull requests that are new, and locks those that are not until the end of the transaction. */
export const lockPullRequests = statement<PullRequestRow>(
  'deliveries-lock-pull-requests',
  `insert into pull_requests as known
     (repo_full_name, pr_number, installation_id, title, author, author_is_bot, state, draft, labels, head_commit,
      base_branch, github_updated_at, locked)
   select repo_full_name, pr_number, installation_id, title, author, author_is_bot, state, draft,
     array(select jsonb_array_elements_text(labels::jsonb)), head_commit, base_branch, github_updated_at, locked
   from unnest($1::text[], $2::integer[], $3::bigint[], $4::text[], $5::text[], $6::boolean[], $7::text[],
       $8::boolean[], $9::text[], $10::text[], $11::text[], $12::timestamptz[], $13::boolean[])
     as told (repo_full_name, pr_number, installation_id, title, author, author_is_bot, state, draft, labels,
       head_commit, base_branch, github_updated_at, locked)
   order by repo_full_name, pr_number
   on conflict (repo_full_name, pr_number) do update set pr_number = excluded.pr_number
   returning id, repo_full_name, pr_number, installation_id, title, author, author_is_bot, state, draft, labels,
     head_commit, base_branch, github_updated_at, locked, status,
     created_at = now() as is_new -- the time of this transaction, which nobody else can have`,
)

export interface RunRow {
  readonly id: string
  readonly pull_request_id: number
  readonly head_commit: string
  readonly base_branch: string
  readonly state: RunState
}

/** The runs of these pull requests that have no end, or are of one of these heads. */
export const selectRuns = statement<RunRow>(
  'deliveries-select-runs',
  `select id, pull_request_id, head_commit, base_branch, state
   from review_runs
   where pull_request_id = any($1::bigint[]) and (ended_at is null or head_commit = any($2::text[]))`,
)

export const updatePullRequests = statement<never>(
  'deliveries-update-pull-requests',
  `update pull_requests as known
   set installation_id = told.installation_id, title = told.title, author = told.author,
     author_is_bot = told.author_is_bot, state = told.state, draft = told.draft,
     labels = array(select jsonb_array_elements_text(told.labels::jsonb)), head_commit = told.head_commit,
     base_branch = told.base_branch, github_updated_at = told.github_updated_at, locked = told.locked,
     status = told.status, updated_at = now()
   from unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::boolean[], $6::text[], $7::boolean[],
       $8::text[], $9::text[], $10::text[], $11::timestamptz[], $12::boolean[], $13::text[])
     as told (id, installation_id, title, author, author_is_bot, state, draft, labels, head_commit, base_branch,
       github_updated_at, locked, status)
   where known.id = told.id`,
)

export const insertRuns = statement<never>(
  'deliveries-insert-runs',
  `insert into review_runs (id, pull_request_id, head_commit, base_branch, repository_name, state)
   select id, pull_request_id, head_commit, base_branch, repository_name, 'queued'
   from unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[])
     as run (id, pull_request_id, head_commit, base_branch, repository_name)`,
)

/** Of the runs $1, those with fewer than $2 older ones in their repository that have no end. Never reads on beyond those. */
export const selectTurns = statement<{ readonly id: string }>(
  'deliveries-select-turns',
  `select id from review_runs as run
   where id = any($1::text[]) and (attempt > 0 or $2::integer > (
     select count(*) from (
       select from review_runs as older
       where older.repository_name = run.repository_name and older.ended_at is null
         and (older.created_at, older.id) < (run.created_at, run.id)
       limit $2::integer
     ) as before))`,
)

/** Ends runs that have no end yet, each with its receipt. */
export const supersedeRuns = statement<never>(
  'deliveries-supersede-runs',
  `with ended as (
     update review_runs as run
     set state = 'superseded', reason = told.reason, ended_at = now()
     from unnest($1::text[], $2::text[]) as told (id, reason)
     where run.id = told.id and run.ended_at is null
     returning run.id, run.attempt, run.reason
   ),
   receipt as (
     insert into receipts (run_id, outcome, reason, reader_analysers, hunks_read, hunks_from_cache, hunks_skipped,
       hunks_over_budget, hunks_failed, findings_posted, findings_merged, findings_dropped, files)
     select id, 'superseded', reason, '{}', 0, 0, 0, 0, 0, 0, 0, 0, '[]' from ended
   )
   insert into run_events (run_id, attempt, step, detail)
   select id, attempt, 'superseded', jsonb_build_object('reason', reason) from ended`,
)

/** Takes ended runs up again where they stopped: what was decided already is posted, not asked again. */
export const reviveRuns = statement<never>(
  'deliveries-revive-runs',
  `with revived as (
     update review_runs
     set state = case when decided is null then 'queued' else 'posting' end, reason = '', ended_at = null
     where id = any($1::text[]) and state in ('superseded', 'skipped', 'failed')
     returning id, attempt
   ),
   withdrawn as (
     delete from receipts using revived where receipts.run_id = revived.id
   )
   insert into run_events (run_id, attempt, step, detail)
   select id, attempt, 'taken-up-again', '{}' from revived`,
)

export const noteInstallations = statement<never>(
  'deliveries-note-installations',
  `insert into installations as known (id, account, state)
   select id, account, state from unnest($1::bigint[], $2::text[], $3::text[]) as told (id, account, state)
   order by id
   on conflict (id) do update
   set account = excluded.account, state = excluded.state, updated_at = now(),
     active_since = case when known.state = 'active' then known.active_since else now() end`,
)
