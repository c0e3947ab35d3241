import { describe, expect, test } from 'vitest'
import { testDatabases } from '../../test/databases.ts'
import { errorKind } from '../base/errors.ts'
import { statement } from '../postgres/database.ts'
import { deliveryStoreContract, type RunSeen } from './delivery-store.contract.ts'
import { openDeliveryStore } from './delivery-store.postgres.ts'
import type { DeliveryId } from './delivery.ts'

const runs = statement<RunSeen>(
  'test-runs',
  `select id, right(head_commit, 1) as head, base_branch as "baseBranch", state,
     array(select outcome from receipts where run_id = review_runs.id) as receipts
   from review_runs order by head_commit, base_branch, id`,
)
const deliveries = statement<{ id: string; decision: string; reason: string }>(
  'test-deliveries',
  'select id, decision, reason from webhook_deliveries',
)
const pullRequests = statement<{ number: number; head: string; state: string; status: string }>(
  'test-pull-requests',
  'select pr_number as number, head_commit as head, state, status from pull_requests order by pr_number',
)
const installations = statement<{ id: number; account: string; state: string }>(
  'test-installations',
  'select id, account, state from installations order by id',
)
const setState = statement<never>(
  'test-set-state',
  `with changed as (
     update review_runs
     set state = $2::text, decided = case when $2 = 'posting' then '{}'::jsonb end,
       ended_at = case when $2 in ('completed', 'skipped') then now() end
     where id = $1
     returning id, state
   )
   insert into receipts (run_id, outcome, reader_analysers, hunks_read, hunks_from_cache, hunks_skipped,
     hunks_over_budget, hunks_failed, findings_posted, findings_merged, findings_dropped, files)
   select id, case state when 'completed' then 'reviewed' else state end, '{}', 0, 0, 0, 0, 0, 0, 0, 0, '[]'
   from changed where state in ('completed', 'skipped')
   on conflict (run_id) do update set outcome = excluded.outcome`,
)

for (const kind of testDatabases()) {
  describe.skipIf(kind.missing)(`the delivery store on ${kind.name}`, () => {
    deliveryStoreContract(async () => {
      const { database, drop } = await kind.open()
      const store = openDeliveryStore(database)
      return {
        store,
        runs: () => database.run(runs),
        deliveries: () => database.run(deliveries),
        pullRequests: () => database.run(pullRequests),
        installations: () => database.run(installations),
        setState: async (id, state) => {
          await database.run(setState, id, state)
        },
        openAnother: (runsOfRepository) =>
          openDeliveryStore(database, { ...(runsOfRepository !== undefined && { runsOfRepository }) }),
        clear: () => database.script('truncate installations, pull_requests, webhook_deliveries cascade'),
        close: async () => {
          await store.close()
          await drop()
        },
      }
    })

    test('when the database is away, nothing is kept and the error is retryable', async () => {
      const { database, drop } = await kind.open()
      const store = openDeliveryStore(database)
      await database.close()
      const receivedAt = new Date()
      const ping = {
        id: 'x' as DeliveryId,
        name: 'ping',
        action: '',
        event: { kind: 'ping' },
        receivedAt,
      } as const
      const error = await store
        .accept(ping, { kind: 'ignore', reason: 'ping' })
        .catch((thrown: unknown) => thrown)
      expect(errorKind(error)).toBe('retryable')
      await store.close()
      expect(errorKind(await store.accept(ping, { kind: 'note' }).catch((thrown: unknown) => thrown))).toBe(
        'retryable',
      )
      await drop()
    })
  })
}
