-- What the reconciler remembers between its sweeps, whoever leads.

-- How open heads stood when they were counted last. One row.
create table head_counts (
  id integer primary key default 1 check (id = 1),
  owed integer not null,
  delivered integer not null,
  missing integer not null,
  counted_at timestamptz not null
);

-- How far GitHub's log of deliveries was read. One row. A pass goes from the newest delivery back to the newest one of the
-- pass before it, over as many sweeps as it takes.
create table delivery_log_readings (
  id integer primary key default 1 check (id = 1),
  through timestamptz not null, -- all attempts up to then were looked at
  pass_newest timestamptz, -- what `through` becomes when the pass under way is at its end
  pass_cursor text, -- the page with which it goes on
  check ((pass_newest is null) = (pass_cursor is null))
);

-- Deliveries that GitHub tried, and that did not arrive.
create table failed_deliveries (
  guid text primary key, -- X-GitHub-Delivery: the same for every attempt
  github_id bigint not null, -- of one attempt: by it GitHub delivers again
  failed_at timestamptz not null,
  redeliveries integer not null default 0 check (redeliveries >= 0),
  next_at timestamptz not null
);
create index failed_deliveries_by_turn on failed_deliveries (next_at);
