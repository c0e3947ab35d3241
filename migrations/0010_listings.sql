-- What the reconciler lists on GitHub, a page at a time, to find heads that no delivery told us of.

-- Installations of our App, whose repositories are listed.
create table served_installations (
  id bigint primary key, -- GitHub's
  next_page integer not null default 1,
  next_at timestamptz not null default to_timestamp(0)
);

-- Repositories whose open pull requests are listed.
create table served_repositories (
  repo_full_name text primary key,
  installation_id bigint, -- absent when a token is used
  -- Since when we may hear of it: what was opened before then is not owed, unless a delivery tells of it.
  served_since timestamptz not null,
  next_page integer not null default 1,
  next_at timestamptz not null default to_timestamp(0)
);
create index served_repositories_by_turn on served_repositories (next_at);
