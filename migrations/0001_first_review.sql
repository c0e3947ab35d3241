-- Everything that one review needs, from the delivery to the receipt.
-- Written for PostgreSQL 15, and the same on PGlite. Times are timestamptz, text is text, ids of GitHub are bigint.

-- Where the GitHub App is installed.
create table installations (
  id bigint primary key, -- GitHub's
  account text not null,
  state text not null check (state in ('active', 'suspended', 'deleted')),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

-- Pull requests that deliveries told us of, as GitHub showed them last.
create table pull_requests (
  id bigint generated always as identity primary key,
  pr_number integer not null check (pr_number > 0),
  repo_full_name text not null,
  -- Of the newest run; `pending` also while the rules ask for none.
  status text not null default 'pending' check (status in ('pending', 'processing', 'completed', 'failed')),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  installation_id bigint, -- absent when a token is used; no reference: its delivery may come later
  title text not null,
  author text not null,
  author_is_bot boolean not null,
  state text not null check (state in ('open', 'closed')),
  draft boolean not null,
  labels text[] not null,
  head_commit text not null,
  base_branch text not null,
  -- GitHub's time of the state above: deliveries arrive in any order.
  github_updated_at timestamptz not null,
  unique (repo_full_name, pr_number)
);
create index pull_requests_by_update on pull_requests (updated_at desc);

-- Every delivery that was answered 202, without its body: the id makes a redelivery a no-op.
-- It names pull request and head as it was told them, without references: this is the record of what came in,
-- written on the hottest path, and kept however long the rest is.
create table webhook_deliveries (
  id text primary key, -- X-GitHub-Delivery
  name text not null, -- X-GitHub-Event
  action text not null,
  decision text not null check (decision in ('review', 'cancel', 'ignore', 'note')),
  reason text not null,
  repo_full_name text,
  pr_number integer,
  head_commit text,
  base_branch text,
  received_at timestamptz not null
);
-- Deliveries come in the order of time, so a summary per block of pages finds a day, at next to no cost for inserts.
create index webhook_deliveries_by_time on webhook_deliveries using brin (received_at);

-- One attempt to review one head of one pull request against one base branch.
create table review_runs (
  id text primary key,
  pull_request_id bigint not null references pull_requests,
  head_commit text not null,
  base_branch text not null,
  state text not null check (
    state in ('queued', 'running', 'posting', 'completed', 'failed', 'skipped', 'superseded')
  ),
  -- The fencing token: grows with every start.
  attempt integer not null default 0 check (attempt >= 0),
  -- Why it ended, for every end but `completed`.
  reason text not null default '',
  -- What will be said, exactly as decided: set while posting, and kept.
  decided jsonb,
  created_at timestamptz not null default now(),
  started_at timestamptz, -- of the latest attempt
  decided_at timestamptz,
  ended_at timestamptz,
  unique (pull_request_id, head_commit, base_branch),
  check ((ended_at is not null) = (state in ('completed', 'failed', 'skipped', 'superseded'))),
  check (state <> 'posting' or decided is not null)
);
create index review_runs_by_time on review_runs (created_at desc);
-- What is owed, oldest first: few rows, however many runs there ever were.
create index review_runs_owed on review_runs (created_at, id) where ended_at is null;

-- The timeline of a run.
create table run_events (
  id bigint generated always as identity primary key,
  run_id text not null references review_runs,
  attempt integer not null,
  step text not null,
  detail jsonb not null,
  at timestamptz not null default now()
);
create index run_events_by_run on run_events (run_id, id);

-- Every candidate of a run and what became of it. Text that reaches this table has its secrets replaced already.
create table findings (
  run_id text not null references review_runs,
  id text not null, -- unique within the run
  position integer not null, -- in the order in which they were decided
  source_kind text not null check (source_kind in ('model', 'analyser')),
  source_name text not null, -- the model's id, or the analyser's name
  rule text, -- of analysers
  path text not null,
  side text check (side in ('LEFT', 'RIGHT')),
  start_line integer,
  end_line integer,
  severity text not null check (severity in ('critical', 'high', 'medium', 'low')),
  category text not null,
  title text not null,
  explanation text not null,
  evidence text not null,
  replacement text,
  confidence double precision not null check (confidence between 0 and 1),
  verdict text not null check (verdict in ('posted', 'merged', 'dropped')),
  place text check (place in ('inline', 'summary')), -- of posted ones
  merged_into text, -- the id of the finding that speaks for a merged one
  drop_reason text,
  drop_detail text,
  fingerprint text not null,
  primary key (run_id, id),
  check ((side is null) = (start_line is null) and (side is null) = (end_line is null)),
  check ((verdict = 'posted') = (place is not null)),
  check ((verdict = 'merged') = (merged_into is not null)),
  check ((verdict = 'dropped') = (drop_reason is not null))
);

-- What was read of a head and what was not: exactly one for every run that ended.
create table receipts (
  run_id text primary key references review_runs,
  outcome text not null check (outcome in ('reviewed', 'skipped', 'failed', 'superseded')),
  reason text,
  reader_model text,
  reader_analysers text[] not null,
  hunks_read integer not null,
  hunks_from_cache integer not null,
  hunks_skipped integer not null,
  hunks_over_budget integer not null,
  hunks_failed integer not null,
  findings_posted integer not null,
  findings_merged integer not null,
  findings_dropped integer not null,
  files jsonb not null, -- path, hunks by outcome, reason: one for each file
  created_at timestamptz not null default now()
);

-- Questions to the model: neither prompt nor answer.
create table llm_calls (
  id bigint generated always as identity primary key,
  run_id text not null references review_runs,
  attempt integer not null,
  purpose text not null,
  unit text not null,
  model text not null,
  input_tokens bigint not null,
  cached_input_tokens bigint not null,
  output_tokens bigint not null,
  latency_ms double precision not null,
  outcome text not null check (outcome in ('answered', 'unusable', 'failed')),
  detail text not null,
  created_at timestamptz not null default now()
);
create index llm_calls_by_run on llm_calls (run_id, id);

-- Written before each write on GitHub: whoever repeats it knows that it may stand there already.
create table post_intents (
  kind text not null check (kind in ('review', 'check-run', 'summary')),
  marker text not null,
  run_id text not null references review_runs,
  intended_at timestamptz not null default now(),
  github_id bigint, -- once it stands
  posted_at timestamptz,
  primary key (marker, kind),
  check ((github_id is null) = (posted_at is null))
);

-- One row for each posted comment.
create table reviews (
  id bigint generated always as identity primary key,
  pr_id bigint not null references pull_requests,
  file_path text not null,
  line_number integer, -- the last line of the anchor; absent for a comment on the file
  comment_text text not null,
  posted_at timestamptz not null default now(),
  run_id text not null references review_runs,
  finding_id text not null,
  github_id bigint,
  unique (run_id, finding_id)
);
create index reviews_by_pull_request on reviews (pr_id, id);

-- What people made of a comment.
create table review_feedback (
  id bigint generated always as identity primary key,
  review_id bigint not null references reviews,
  feedback_type text not null check (feedback_type in ('accepted', 'ignored', 'helpful', 'unhelpful')),
  recorded_at timestamptz not null default now()
);
create index review_feedback_by_review on review_feedback (review_id);

-- The queue. A job waits while it has no lease token.
create table jobs (
  id text primary key,
  kind text not null,
  payload jsonb not null,
  -- Claims so far, but those that were given back without counting.
  attempts integer not null default 0 check (attempts >= 0),
  -- When it may be claimed: its not-before time while it waits, the end of its lease while it runs.
  available_at timestamptz not null,
  -- Ties in time are claimed in the order of arrival.
  position bigint generated always as identity,
  lease_token text,
  worker text,
  -- Why it was given back last.
  reason text not null default '',
  enqueued_at timestamptz not null,
  check ((lease_token is null) = (worker is null))
);
create index jobs_by_availability on jobs (available_at, position);

-- Jobs that nobody tries again unless a person says so.
create table dead_letters (
  id text primary key,
  kind text not null,
  payload jsonb not null,
  attempts integer not null,
  reason text not null,
  enqueued_at timestamptz not null,
  buried_at timestamptz not null
);
create index dead_letters_by_time on dead_letters (buried_at desc);
