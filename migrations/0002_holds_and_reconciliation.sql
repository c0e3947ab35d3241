-- One run of a pull request at a time, and what the reconciler remembers.

-- Somebody with write access locked the conversation: nothing may be said there.
alter table pull_requests add column locked boolean not null default false;
-- What the reconciler looks at: few rows, however many pull requests there ever were.
create index pull_requests_open on pull_requests (id) where state = 'open';

-- Which attempt works on a pull request: one row for each, so one attempt at a time. It outlives its run: a worker that
-- was superseded may still be on its way out. Whoever lets it lapse is taken for dead.
create table run_holds (
  pull_request_id bigint primary key references pull_requests,
  run_id text not null references review_runs,
  attempt integer not null,
  held_until timestamptz not null
);

-- When the write that was intended last came to an end that we saw, whether it stands on GitHub or not.
-- Without it the write may still be under way, whatever became of its sender.
alter table post_intents add column answered_at timestamptz;
