-- Answers of the model, kept so that the same question is paid once. Where Redis keeps them, the table stays empty.
-- A row is an answer, or the lease of one who is asking the model for it.
create table llm_cache (
  key text primary key check (key ~ '^[0-9a-f]{64}$'),
  entry text, -- encoded; checked by whoever reads it
  lease_token text,
  repository text, -- that paid for the answer
  -- From then on the row means nothing, and is deleted in time.
  expires_at timestamptz not null,
  check ((entry is null) <> (lease_token is null)),
  check ((entry is null) = (repository is null))
);
create index llm_cache_by_expiry on llm_cache (expires_at);

-- Whose answer it was, and what the cache had to do with it.
alter table llm_calls
  -- The tokens of an answer from the cache are those it had cost when it was paid: what was saved.
  add column source text not null default 'model' check (source in ('model', 'cache')),
  -- Absent where no cache was asked.
  add column cache_lookup text check (cache_lookup in ('hit', 'wait', 'miss', 'bad-entry', 'error')),
  add column cache_key text,
  -- A digest of each part of the key, by name: what changed since the last answer can be said without keeping any text.
  add column cache_key_parts jsonb,
  add check ((cache_lookup is null) = (cache_key is null) and (cache_key is null) = (cache_key_parts is null)),
  add check (source = 'model' or outcome = 'answered');
