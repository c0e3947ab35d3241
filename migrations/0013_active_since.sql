-- What was opened while our App was suspended, or gone, is not owed.

-- Since when it is active without a break. That of one that is not means nothing.
alter table installations add column active_since timestamptz not null default now();
update installations set active_since = created_at;
