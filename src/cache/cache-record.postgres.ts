import { canBeId } from '../base/ids.ts'
import type { CacheLookup } from '../llm/model.ts'
import { statement, type Queryable } from '../postgres/database.ts'
import type { AskedBefore, AskedInRun, CacheRecord } from './cache-record.ts'

interface AskedRow {
  readonly id: number
  readonly run_id: string
  readonly purpose: AskedBefore['purpose']
  readonly unit: string
  readonly source: AskedBefore['source']
  readonly outcome: AskedBefore['outcome']
  readonly cache_lookup: CacheLookup | null
  readonly cache_key: string | null
  readonly cache_key_parts: Readonly<Record<string, string>> | null
  readonly created_at: Date
}

const COLUMNS = ['id', 'run_id', 'purpose', 'unit', 'source', 'outcome']
  .concat(['cache_lookup', 'cache_key', 'cache_key_parts', 'created_at'])
  .map((column) => `call.${column}`)
  .join(', ')

const runExists = statement<object>('cache-run-exists', 'select id from review_runs where id = $1')

const askedIn = statement<AskedRow>(
  'cache-asked-in',
  `select ${COLUMNS} from llm_calls as call where run_id = $1 order by id`,
)

/** Of each question, those about the same unit that came before it and whose key is known. Twenty say enough. */
const askedBefore = statement<AskedRow & { readonly of: number }>(
  'cache-asked-before',
  `select later.id as of, ${COLUMNS}
   from llm_calls as later
   join review_runs as later_run on later_run.id = later.run_id
   join pull_requests as later_pull on later_pull.id = later_run.pull_request_id
   cross join lateral (
     select earlier.* from llm_calls as earlier
     join review_runs as run on run.id = earlier.run_id
     join pull_requests as pull_request on pull_request.id = run.pull_request_id
     where earlier.unit = later.unit and earlier.id < later.id and earlier.purpose = later.purpose
       and pull_request.repo_full_name = later_pull.repo_full_name and earlier.cache_key is not null
     order by earlier.id desc limit 20
   ) as call
   where later.run_id = $1
   order by later.id, call.id desc`,
)

/** The record in the table `llm_calls`, on PostgreSQL and PGlite alike. */
export function openCacheRecord(database: Queryable): CacheRecord {
  return {
    askedIn: async (runId) => {
      if (!canBeId(runId) || (await database.run(runExists, runId)).length === 0) return undefined
      const [asked, before] = await Promise.all([
        database.run(askedIn, runId),
        database.run(askedBefore, runId),
      ])
      return asked.map((row): AskedInRun => ({
        ...fromRow(row),
        earlier: before.filter(({ of }) => of === row.id).map(fromRow),
      }))
    },
  }
}

function fromRow(row: AskedRow): AskedBefore {
  const { cache_lookup: lookup, cache_key: key, cache_key_parts: parts } = row
  return {
    id: row.id,
    runId: row.run_id,
    purpose: row.purpose,
    unit: row.unit,
    source: row.source,
    outcome: row.outcome,
    ...(lookup !== null && key !== null && parts !== null && { cache: { lookup, key, parts } }),
    at: row.created_at,
  }
}
