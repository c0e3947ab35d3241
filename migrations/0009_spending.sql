-- What was spent in some days, for people who look. Calls come in the order of time, so a summary per block of pages finds
-- a window of it, at next to no cost for inserts.
create index llm_calls_by_time on llm_calls using brin (created_at);
-- The runs that left something out to stay below a cap: few rows, however many events there ever were.
create index run_events_over_a_cap on run_events (at desc) where step = 'over a cap';
