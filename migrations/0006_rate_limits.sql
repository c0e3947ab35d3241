-- Limits on calls to others, kept together by all processes where there is no Redis.
-- Times are milliseconds since 1970: they are counted with, and shown to nobody.

create table rate_limit_keys (
  key text primary key,
  paused_until_ms double precision not null default 0,
  slow_until_ms double precision not null default 0,
  owed double precision not null default 0 -- cost to charge to the next calls
);

-- Places given to calls, for as long as the longest window of their key. Losing them in a crash of the server loses
-- no work, so they need not be logged.
create unlogged table rate_limit_places (
  key text not null,
  id text not null,
  at_ms double precision not null,
  position bigint generated always as identity, -- of places of one time
  cost double precision not null,
  primary key (key, id)
);
create index rate_limit_places_by_time on rate_limit_places (key, at_ms, position);
