import { randomUUID } from 'node:crypto'
import { describe } from 'vitest'
import { testDatabases } from '../../test/databases.ts'
import { statement } from '../postgres/database.ts'
import { runStoreContract, type RunSeen } from './run-store.contract.ts'
import { openRunStore } from './run-store.postgres.ts'
import type { RunId } from './run.ts'

const addRun = statement<never>(
  'test-add-run',
  `with pull_request as (
     insert into pull_requests (pr_number, repo_full_name, installation_id, title, author, author_is_bot, state, draft,
       labels, head_commit, base_branch, github_updated_at)
     values ($2::integer, $4::text, 77, 'title', 'mona', false, 'open', false, '{}', $3::text, 'main', now())
     on conflict (repo_full_name, pr_number) do update set head_commit = excluded.head_commit
     returning id
   )
   insert into review_runs (id, pull_request_id, head_commit, base_branch, repository_name, state, created_at)
   select $1, id, $3, 'main', $4, 'queued',
     -- PGlite counts in milliseconds: two runs within one would have no order.
     greatest(now(), (select max(created_at) + interval '1 millisecond' from review_runs))
   from pull_request`,
)
const supersede = statement<never>(
  'test-supersede',
  `update review_runs set state = 'superseded', ended_at = now() where id = $1`,
)
const look = statement<RunSeen>(
  'test-look',
  `select run.state, run.reason, run.ended_at is not null as ended, pull_request.status,
     (select coalesce(jsonb_agg(jsonb_build_object('attempt', attempt, 'step', step, 'detail', detail) order by id), '[]')
      from run_events where run_id = run.id) as events,
     (select coalesce(jsonb_agg(jsonb_build_object('attempt', attempt, 'unit', unit, 'input_tokens', input_tokens,
        'latency_ms', latency_ms, 'detail', detail, 'source', source, 'cost', cost_micro_dollars, 'lookup', cache_lookup,
        'key', cache_key, 'parts', cache_key_parts) order by id), '[]')
      from llm_calls where run_id = run.id) as calls,
     (select coalesce(jsonb_agg(jsonb_build_object('id', id, 'verdict', verdict, 'side', side, 'title', title)
        order by position), '[]')
      from findings where run_id = run.id) as findings,
     (select coalesce(jsonb_agg(jsonb_build_object('outcome', outcome, 'hunks_read', hunks_read, 'files', files)), '[]')
      from receipts where run_id = run.id) as receipts,
     (select coalesce(jsonb_agg(jsonb_build_object('finding_id', finding_id, 'line_number', line_number,
        'comment_text', comment_text, 'github_id', github_id) order by id), '[]')
      from reviews where run_id = run.id) as comments
   from review_runs as run join pull_requests as pull_request on pull_request.id = run.pull_request_id
   where run.id = $1`,
)

for (const kind of testDatabases()) {
  describe.skipIf(kind.missing)(`the run store on ${kind.name}`, () => {
    runStoreContract(async () => {
      const { database, drop } = await kind.open()
      return {
        store: openRunStore(database),
        limitedTo: (runsOfRepository) => openRunStore(database, { runsOfRepository }),
        addRun: async (number, head, repository = 'octo/hello') => {
          const id = randomUUID() as RunId // any text will do for a test
          await database.run(addRun, id, number, head, repository)
          return id
        },
        supersede: async (id) => {
          await database.run(supersede, id)
        },
        look: async (id) => {
          const [seen] = await database.run(look, id)
          if (!seen) throw new Error('there is no such run')
          return seen
        },
        clear: () => database.script('truncate pull_requests, post_intents cascade'),
        close: drop,
      }
    })
  })
}
