import { describe, expect, test } from 'vitest'
import { testDatabases } from '../../test/databases.ts'
import { openPostgresQueue } from '../queue/queue.postgres.ts'
import { openRunStore } from '../review/run-store.postgres.ts'
import type { CommitId, RepositoryName } from '../github/github.ts'
import { createLogger } from '../telemetry/logger.ts'
import { openDeliveryStore } from '../webhooks/delivery-store.postgres.ts'
import type { Delivery, DeliveryId } from '../webhooks/delivery.ts'
import { enqueueOwedRuns } from './enqueue-owed-runs.ts'

/** A delivery of an opened pull request, as it is after it was read. */
const opened: Delivery = {
  id: 'one' as DeliveryId, // any id will do for a test
  name: 'pull_request',
  action: 'opened',
  receivedAt: new Date(),
  event: {
    kind: 'pull-request',
    action: 'opened',
    baseChanged: false,
    pullRequest: {
      repository: 'octo-org/shop' as RepositoryName, // well formed
      number: 1,
      title: 'A change',
      author: { login: 'ada', isBot: false },
      state: 'open',
      draft: false,
      locked: false,
      labels: [],
      head: 'a'.repeat(40) as CommitId, // well formed
      baseBranch: 'main',
      updatedAt: new Date(),
    },
  },
}
const claim = { count: 9, leaseMs: 10_000, worker: 'test', waitMs: 0 }
const never = new AbortController().signal

describe.each(testDatabases())('a run that is owed, on $name', ({ missing, open }) => {
  test.skipIf(missing !== undefined)('comes back when the queue lost its job, or buried it', async () => {
    const { database, drop } = await open()
    const queue = openPostgresQueue(database, { log: createLogger('silent') })
    const runs = openRunStore(database)
    const deliveries = openDeliveryStore(database)
    const { run } = await deliveries.accept(opened, { kind: 'review' })

    expect(await enqueueOwedRuns(runs, queue)).toBe(1)
    expect(await enqueueOwedRuns(runs, queue)).toBe(0)

    const [job] = await queue.claim(claim, never)
    expect(job?.payload).toEqual({ runId: run })
    expect(job && (await queue.bury(job, 'its end could not be written'))).toBe(true)
    expect(await enqueueOwedRuns(runs, queue)).toBe(1)
    expect(await queue.claim(claim, never)).toMatchObject([{ payload: { runId: run }, attempt: 1 }])

    await queue.close()
    await deliveries.close()
    await drop()
  })
})
