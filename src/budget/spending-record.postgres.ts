import { canBeId } from '../base/ids.ts'
import { OVER_A_CAP } from '../review/note-over-budget.ts'
import { statement, type Queryable } from '../postgres/database.ts'
import type { Spending } from './budget.ts'
import { capsInUse, sharedAccounts, type CapInUse } from './cap-in-use.ts'
import type { MicroDollars } from './money.ts'
import type { CurtailedRun, SpendingRecord } from './spending-record.ts'
import { sumSpent, type Spent } from './spent.ts'

interface SpentRow {
  readonly hit: number
  readonly wait: number
  readonly miss: number
  readonly bad_entry: number
  readonly error: number
  readonly off: number
  readonly failed: number
  readonly paid_tokens: number
  readonly saved_tokens: number
  readonly paid_money: MicroDollars
  readonly saved_money: MicroDollars
  readonly paid_without_price: number
  readonly saved_without_price: number
}

const SUMS = `
  count(*) filter (where cache_lookup = 'hit') as hit,
  count(*) filter (where cache_lookup = 'wait') as wait,
  count(*) filter (where cache_lookup = 'miss') as miss,
  count(*) filter (where cache_lookup = 'bad-entry') as bad_entry,
  count(*) filter (where cache_lookup = 'error') as error,
  count(*) filter (where outcome <> 'failed' and cache_lookup is null) as off,
  count(*) filter (where outcome = 'failed') as failed,
  coalesce(sum(input_tokens + output_tokens) filter (where source = 'model'), 0)::bigint as paid_tokens,
  coalesce(sum(input_tokens + output_tokens) filter (where source = 'cache'), 0)::bigint as saved_tokens,
  coalesce(sum(cost_micro_dollars) filter (where source = 'model'), 0)::bigint as paid_money,
  coalesce(sum(cost_micro_dollars) filter (where source = 'cache'), 0)::bigint as saved_money,
  count(*) filter (where source = 'model' and cost_micro_dollars is null and input_tokens + output_tokens > 0)
    as paid_without_price,
  count(*) filter (where source = 'cache' and cost_micro_dollars is null and input_tokens + output_tokens > 0)
    as saved_without_price`

type Counted = 'all' | 'day' | 'repository' | 'model'

const COLUMNS = ['hit', 'wait', 'miss', 'bad_entry', 'error', 'off', 'failed', 'paid_tokens', 'saved_tokens']
  .concat(['paid_money', 'saved_money', 'paid_without_price', 'saved_without_price'])
  .map((column) => `coalesce(sum(${column}), 0)::bigint as ${column}`)
  .join(', ')

// One pass over the calls of the time; what it leaves is few rows, and is added up in four ways.
const spentInPeriod = statement<SpentRow & { readonly counted: Counted; readonly name: string }>(
  'spending-in-period',
  `with asked as (
     select (call.created_at at time zone 'UTC')::date as day, pull_request.repo_full_name as repository, model, ${SUMS}
     from llm_calls as call
     join review_runs as run on run.id = call.run_id
     join pull_requests as pull_request on pull_request.id = run.pull_request_id
     where call.created_at >= $1 and call.created_at < $2
     group by 1, 2, 3
   ), sums as (
     select
       case when grouping(day) = 0 then 'day' when grouping(repository) = 0 then 'repository'
         when grouping(model) = 0 then 'model' else 'all' end as counted,
       coalesce(to_char(day, 'YYYY-MM-DD'), repository, model, '') as name, ${COLUMNS}
     from asked group by grouping sets ((), (day), (repository), (model))
   ), ranked as (
     select *, row_number() over (
       partition by counted order by paid_money + saved_money desc, paid_tokens + saved_tokens desc, name
     ) as rank
     from sums
   )
   select * from ranked where rank <= $3 or counted = 'day' order by counted, rank`,
)

const spentByRun = statement<SpentRow>(
  'spending-of-run',
  `select ${SUMS} from review_runs as run left join llm_calls on llm_calls.run_id = run.id
   where run.id = $1 group by run.id`,
)

const countCurtailed = statement<{ readonly count: number }>(
  'spending-count-curtailed',
  `select count(distinct run_id) as count from run_events
   where step = '${OVER_A_CAP}' and at >= $1 and at < $2`,
)

const newestCurtailed = statement<{
  readonly run_id: string
  readonly repository: string
  readonly pull_request: number
  readonly title: string
  readonly at: Date
  readonly detail: CurtailedRun['detail']
}>(
  'spending-newest-curtailed',
  `select run_id, repository, pull_request, title, at, detail
   from (
     select distinct on (event.run_id) event.run_id, pull_request.repo_full_name as repository,
       pull_request.pr_number as pull_request, pull_request.title, event.at, event.detail, event.id
     from run_events as event
     join review_runs as run on run.id = event.run_id
     join pull_requests as pull_request on pull_request.id = run.pull_request_id
     where event.step = '${OVER_A_CAP}' and event.at >= $1 and event.at < $2
     order by event.run_id, event.at desc, event.id desc
   ) as last_of_run
   order by at desc, id desc
   limit $3`,
)

// A run that was made the day before may still be spending.
const repositoriesOfLate = statement<{ readonly repository: string }>(
  'spending-repositories',
  `select distinct pull_request.repo_full_name as repository
   from review_runs as run
   join pull_requests as pull_request on pull_request.id = run.pull_request_id
   where run.created_at >= $1::timestamptz - interval '1 day'`,
)

const balances = statement<{
  readonly key: string
  readonly money: MicroDollars
  readonly tokens: number
  readonly reserved_money: MicroDollars
  readonly reserved_tokens: number
}>(
  'spending-balances',
  `select key, spent_micro_dollars as money, spent_tokens as tokens,
     coalesce(reserved.money, 0)::bigint as reserved_money, coalesce(reserved.tokens, 0)::bigint as reserved_tokens
   from budgets
   left join lateral (
     select sum(micro_dollars) as money, sum(tokens) as tokens from budget_reservations as reservation
     where reservation.key = budgets.key and reservation.expires_at > $2
   ) as reserved on true
   where key = any($1::text[])`,
)

/** A question has a reservation in each of its accounts, all of the same amount. */
const reservedNow = statement<Spending & { readonly questions: number }>(
  'spending-reserved',
  `select coalesce(sum(money), 0)::bigint as money, coalesce(sum(tokens), 0)::bigint as tokens, count(*) as questions
   from (
     select max(micro_dollars) as money, max(tokens) as tokens from budget_reservations
     where expires_at > $1 group by id
   ) as question`,
)

const NOTHING: Spending = { money: 0 as MicroDollars, tokens: 0 } // nothing is an amount

/** The record in the tables of calls, runs and budgets, on PostgreSQL and PGlite alike. */
export function openSpendingRecord(database: Queryable): SpendingRecord {
  return {
    spent: async ({ from, to }, limit) => {
      const rows = await database.run(spentInPeriod, from, to, limit)
      const of = (counted: Counted) => rows.filter((row) => row.counted === counted)
      const [all] = of('all')
      return {
        total: all ? spentFromRow(all) : sumSpent([]),
        days: of('day')
          .map((row) => ({ day: row.name, ...spentFromRow(row) }))
          .toSorted((a, b) => (a.day < b.day ? 1 : -1)),
        repositories: of('repository').map((row) => ({ repository: row.name, ...spentFromRow(row) })),
        models: of('model').map((row) => ({ model: row.name, ...spentFromRow(row) })),
      }
    },

    spentByRun: async (runId) => {
      const [row] = canBeId(runId) ? await database.run(spentByRun, runId) : []
      return row && spentFromRow(row)
    },

    curtailed: async ({ from, to }, limit) => {
      const [[counted], newest] = await Promise.all([
        database.run(countCurtailed, from, to),
        database.run(newestCurtailed, from, to, limit),
      ])
      return {
        count: counted?.count ?? 0,
        newest: newest.map(({ run_id: runId, pull_request: pullRequest, ...rest }) => ({
          runId,
          pullRequest,
          ...rest,
        })),
      }
    },

    capsInUse: async (caps, at, limit) => {
      const day = new Date(at)
      day.setUTCHours(0, 0, 0, 0)
      const [[reserved], repositories] = await Promise.all([
        database.run(reservedNow, at),
        caps.repository ? database.run(repositoriesOfLate, day) : [],
      ])
      const names = repositories.map(({ repository }) => repository)
      const accounts = sharedAccounts(caps, names, at)
      const keys = accounts.map(({ key }) => key)
      const rows = new Map((await database.run(balances, keys, at)).map((row) => [row.key, row]))
      const used = capsInUse(accounts, (key) => {
        const row = rows.get(key)
        return {
          spent: row ?? NOTHING,
          reserved: row ? { money: row.reserved_money, tokens: row.reserved_tokens } : NOTHING,
        }
      })
      const ofRepositories = used
        .filter(({ scope, spent, reserved }) => scope === 'repository' && spent + reserved > 0)
        .toSorted((a, b) => shareOf(b) - shareOf(a))
      return {
        caps: [...used.filter(({ scope }) => scope !== 'repository'), ...ofRepositories.slice(0, limit)],
        reserved: reserved ?? { ...NOTHING, questions: 0 },
      }
    },
  }
}

function spentFromRow(row: SpentRow): Spent {
  const { hit, wait, miss, bad_entry: badEntry, error, off, failed } = row
  return {
    questions: { hit, wait, miss, 'bad-entry': badEntry, error, off, failed },
    tokens: { paid: row.paid_tokens, saved: row.saved_tokens },
    money: {
      paid: { known: row.paid_money, withoutPrice: row.paid_without_price },
      saved: { known: row.saved_money, withoutPrice: row.saved_without_price },
    },
  }
}

function shareOf({ spent, reserved, limit }: CapInUse): number {
  return (spent + reserved) / limit
}
