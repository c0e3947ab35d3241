import { randomIds, type IdSource } from '../base/ids.ts'
import { statement, type Database } from '../postgres/database.ts'
import { hasIgnoredLabel, type DecisionRules } from '../webhooks/decide.ts'
import type { HeadCounts, OpenHeads } from './open-heads.ts'

/** $1 whether drafts are reviewed, $2 whether bots are left alone. Labels are judged by the rule itself. */
const WANTED = `state = 'open' and not locked and (not draft or $1::boolean) and not (author_is_bot and $2::boolean)`
const RUN = `left join review_runs as run on run.pull_request_id = head.id
     and run.head_commit = head.head_commit and run.base_branch = head.base_branch
   left join receipts on receipts.run_id = run.id and receipts.outcome <> 'superseded'`
const MISSING = `receipts.run_id is null and (run.id is null or run.state = 'superseded')`

interface CountRow extends HeadCounts {
  readonly labels: string[]
}

/** Few rows: pull requests have few combinations of labels. */
const countHeads = statement<CountRow>(
  'reconcile-count-heads',
  `select head.labels, count(*) as owed, count(receipts.run_id) as delivered, count(*) filter (
     where receipts.run_id is null and (run.id is null or run.ended_at is not null)) as missing
   from (select * from pull_requests where ${WANTED}) as head ${RUN}
   group by head.labels`,
)

const keepCounts = statement<never>(
  'reconcile-keep-counts',
  `insert into head_counts (owed, delivered, missing, counted_at) values ($1, $2, $3, now())
   on conflict (id) do update set owed = excluded.owed, delivered = excluded.delivered, missing = excluded.missing,
     counted_at = excluded.counted_at`,
)

const selectCounts = statement<HeadCounts & { readonly countedAt: Date }>(
  'reconcile-select-counts',
  'select owed, delivered, missing, counted_at as "countedAt" from head_counts',
)

/** Those that a delivery holds are left to it, so that nobody waits for anybody. */
const lockMissing = statement<{ readonly id: number; readonly labels: string[] }>(
  'reconcile-lock-missing',
  `select id, labels from pull_requests
   where id > $3 and id in (select head.id from pull_requests as head ${RUN} where ${MISSING}) and ${WANTED}
   order by id limit $4 for no key update skip locked`,
)

/** $1 pull requests, $2 ids for their runs, where they have none. */
const oweHeads = statement<{ readonly id: string }>(
  'reconcile-owe-heads',
  `with head as (
     select known.id, repo_full_name, head_commit, base_branch, told.run_id
     from unnest($1::bigint[], $2::text[]) as told (id, run_id) join pull_requests as known on known.id = told.id
     where known.state = 'open'
   ),
   revived as (
     update review_runs as run
     set state = case when decided is null then 'queued' else 'posting' end, reason = '', ended_at = null
     from head
     where run.pull_request_id = head.id and run.head_commit = head.head_commit and run.base_branch = head.base_branch
       and run.state = 'superseded'
     returning run.id, run.attempt
   ),
   withdrawn as (
     delete from receipts using revived where receipts.run_id = revived.id
   ),
   noted as (
     insert into run_events (run_id, attempt, step, detail)
     select id, attempt, 'taken-up-again', '{}' from revived
   ),
   added as (
     insert into review_runs (id, pull_request_id, head_commit, base_branch, repository_name, state)
     select run_id, id, head_commit, base_branch, repo_full_name, 'queued' from head
     on conflict (pull_request_id, head_commit, base_branch) do nothing
     returning id
   )
   select id from revived union all select id from added`,
)

/** A minute more than it lapsed: a worker that only could not reach the store goes on when nobody took its place. */
const freeDead = statement<{ readonly run_id: string }>(
  'reconcile-free-dead',
  `delete from run_holds where held_until < now() - interval '1 minute' returning run_id`,
)

const PAGE = 500

export function openOpenHeads(
  database: Database,
  rules: DecisionRules,
  newId: IdSource = randomIds,
): OpenHeads {
  const wanted = [rules.reviewDrafts, rules.ignoreBots] as const

  return {
    count: async () => {
      const rows = await database.run(countHeads, ...wanted)
      const asked = rows.filter(({ labels }) => !hasIgnoredLabel(labels, rules))
      const sum = (of: keyof HeadCounts): number => asked.reduce((total, row) => total + row[of], 0)
      const counts = { owed: sum('owed'), delivered: sum('delivered'), missing: sum('missing') }
      await database.run(keepCounts, counts.owed, counts.delivered, counts.missing)
      return counts
    },

    lastCount: async () => (await database.run(selectCounts))[0],

    oweMissing: async () => {
      let owed = 0
      for (let after: number | undefined = 0; after !== undefined;) {
        const page: { readonly last?: number; readonly owed: number } = await owePage(after)
        owed += page.owed
        after = page.last
      }
      return owed
    },

    freeDead: async () => (await database.run(freeDead)).length,
  }

  async function owePage(after: number): Promise<{ readonly last?: number; readonly owed: number }> {
    return await database.transaction(async (transaction) => {
      const rows = await transaction.run(lockMissing, ...wanted, after, PAGE)
      const last = rows.at(-1)?.id
      const ids = rows.filter(({ labels }) => !hasIgnoredLabel(labels, rules)).map(({ id }) => id)
      const owed = ids.length > 0 ? await transaction.run(oweHeads, ids, ids.map(newId)) : []
      return { owed: owed.length, ...(last !== undefined && { last }) }
    })
  }
}
