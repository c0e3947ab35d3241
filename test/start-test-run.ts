import { randomBytes, randomUUID } from 'node:crypto'
import { statement, type Database } from '../src/postgres/database.ts'
import { openRunStore } from '../src/review/run-store.postgres.ts'
import type { StartedRun } from '../src/review/run-store.ts'
import type { RunId } from '../src/review/run.ts'

const addRun = statement<never>(
  'test-add-run',
  `with pull_request as (
     insert into pull_requests (pr_number, repo_full_name, title, author, author_is_bot, state, draft, labels,
       head_commit, base_branch, github_updated_at)
     values (1, $2, $4, 'mona', false, 'open', false, '{}', $3, 'main', now())
     on conflict (repo_full_name, pr_number) do update set head_commit = excluded.head_commit
     returning id
   )
   insert into review_runs (id, pull_request_id, head_commit, base_branch, state)
   select $1, id, $3, 'main', 'queued' from pull_request`,
)

/** A run under way of a new head of the repository's first pull request. */
export async function startTestRun(
  database: Database,
  repository: string,
  title = 'title',
): Promise<StartedRun> {
  const id = randomUUID() as RunId // any text will do for a test
  await database.run(addRun, id, repository, randomBytes(20).toString('hex'), title)
  const taken = await openRunStore(database).start(id, { holdMs: 0 })
  if (taken.kind !== 'started') throw new Error(`the run is ${taken.kind}`)
  return taken.run
}
