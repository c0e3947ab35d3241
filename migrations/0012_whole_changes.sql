-- What came of reading a change as a whole, and which candidates came from it.

-- Null where it was not due.
alter table receipts add column whole_change jsonb;

-- Null: a unit, or an analyser.
alter table findings add column pass text check (pass in ('whole-change'));
