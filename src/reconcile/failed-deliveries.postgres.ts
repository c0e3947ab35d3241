import { statement, type Database } from '../postgres/database.ts'
import type { FailedDeliveries, FailedDelivery } from './failed-deliveries.ts'

const selectReading = statement<{
  readonly through: Date
  readonly pass_newest: Date | null
  readonly pass_cursor: string | null
}>('redeliver-select-reading', 'select through, pass_newest, pass_cursor from delivery_log_readings')

const keepReading = statement<never>(
  'redeliver-keep-reading',
  `insert into delivery_log_readings (through, pass_newest, pass_cursor) values ($1, $2, $3)
   on conflict (id) do update
   set through = excluded.through, pass_newest = excluded.pass_newest, pass_cursor = excluded.pass_cursor`,
)

/**
 * A delivery that is stored arrived, whatever GitHub thinks: our answer may have come too late. Its turn is at once, whatever
 * GitHub's clock said when it failed.
 */
const insertFailed = statement<never>(
  'redeliver-insert-failed',
  `insert into failed_deliveries (guid, github_id, failed_at, next_at)
   select distinct on (guid) guid, github_id, failed_at, to_timestamp(0)
   from unnest($1::text[], $2::bigint[], $3::timestamptz[]) as told (guid, github_id, failed_at)
   where not exists (select from webhook_deliveries where webhook_deliveries.id = told.guid)
   order by guid, github_id desc
   on conflict (guid) do update set github_id = greatest(failed_deliveries.github_id, excluded.github_id)`,
)

const deleteArrived = statement<never>(
  'redeliver-delete-arrived',
  `delete from failed_deliveries
   where failed_at < $1 or exists (select from webhook_deliveries where webhook_deliveries.id = guid)`,
)

const selectDue = statement<FailedDelivery>(
  'redeliver-select-due',
  `select guid, github_id as "githubId", redeliveries from failed_deliveries
   where next_at <= $1 and redeliveries < $2
     and not exists (select from webhook_deliveries where webhook_deliveries.id = guid)
   order by failed_at, guid limit $3`,
)

const claimOne = statement<{ readonly guid: string }>(
  'redeliver-claim',
  `update failed_deliveries set redeliveries = redeliveries + 1, next_at = $3
   where guid = $1 and redeliveries = $2
   returning guid`,
)

export function openFailedDeliveries(database: Database): FailedDeliveries {
  return {
    reading: async () => {
      const [row] = await database.run(selectReading)
      if (!row) return { through: new Date(0) }
      const { through, pass_newest: newest, pass_cursor: cursor } = row
      return { through, ...(newest !== null && cursor !== null && { pass: { newest, cursor } }) }
    },

    note: (failed, { through, pass }) =>
      database.transaction(async (transaction) => {
        if (failed.length > 0) {
          await transaction.run(
            insertFailed,
            failed.map(({ guid }) => guid),
            failed.map(({ id }) => id),
            failed.map(({ attemptedAt }) => attemptedAt),
          )
        }
        await transaction.run(keepReading, through, pass?.newest ?? null, pass?.cursor ?? null)
      }),

    forget: async (since) => {
      await database.run(deleteArrived, since)
    },

    due: (now, { limit, maxRedeliveries }) => database.run(selectDue, now, maxRedeliveries, limit),

    claim: async ({ guid, redeliveries }, nextAt) =>
      (await database.run(claimOne, guid, redeliveries, nextAt)).length > 0,
  }
}
