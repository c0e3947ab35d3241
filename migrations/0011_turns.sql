-- A repository with hundreds of runs holds no other one up: only so many of them have their turn at once.

-- The repository of a run stands beside it, so that the oldest ones without an end are found by an index alone. Absent where
-- a process of the version before made the run: then it counts for nobody, and the reconciler sees to it.
alter table review_runs add column repository_name text;
update review_runs set repository_name = pull_requests.repo_full_name
from pull_requests where pull_requests.id = pull_request_id and ended_at is null;
create index review_runs_by_turn on review_runs (repository_name, created_at, id) where ended_at is null;
