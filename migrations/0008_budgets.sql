-- What was spent, and what is set aside for questions under way. Only accounts with a cap have rows.
-- Money is in millionths of a US dollar.

create table budgets (
  key text primary key, -- such as `day:2026-11-25`
  spent_micro_dollars bigint not null default 0 check (spent_micro_dollars >= 0),
  spent_tokens bigint not null default 0 check (spent_tokens >= 0)
);

-- One row for each account of a question. Void once it expired, and still worth something to its holder: a late answer
-- finds here that it was not counted yet.
create table budget_reservations (
  id text not null,
  key text not null references budgets,
  micro_dollars bigint not null check (micro_dollars >= 0),
  tokens bigint not null check (tokens >= 0),
  expires_at timestamptz not null,
  primary key (id, key)
);
create index budget_reservations_by_key on budget_reservations (key, expires_at);

-- What a question cost, or would have cost when the cache answered it. Null where the price is not known.
alter table llm_calls add column cost_micro_dollars bigint check (cost_micro_dollars >= 0);

-- What the receipt says of the whole: what was left out to stay below a cap.
alter table receipts add column notes text[] not null default '{}';
