import { describe, expect, test } from 'vitest'
import { testDatabases } from '../../test/databases.ts'
import { createManualClock } from '../../test/manual-clock.ts'
import { createLogger } from '../telemetry/logger.ts'
import { queueContract } from './queue.contract.ts'
import { openPostgresQueue } from './queue.postgres.ts'
import type { JobId } from './queue.ts'

const log = createLogger('silent')

for (const kind of testDatabases()) {
  describe.skipIf(kind.missing)(`the queue on ${kind.name}`, () => {
    queueContract(async () => {
      const { database, drop } = await kind.open()
      const clock = createManualClock()
      const queue = openPostgresQueue(database, { log, clock })
      return {
        queue,
        now: () => clock.now(),
        advance: (ms) => clock.advance(ms),
        clear: () => database.script('truncate jobs, dead_letters'),
        openAnother: () => openPostgresQueue(database, { log, clock }),
        openOnServiceTime: () => openPostgresQueue(database, { log }),
        close: async () => {
          await queue.close()
          await drop()
        },
      }
    })

    test("without a clock it goes by the server's time", async () => {
      const { database, drop } = await kind.open()
      const queue = openPostgresQueue(database, { log })
      const inAnHour = new Date(Date.now() + 3_600_000)
      await queue.enqueue([
        { id: 'now' as JobId, kind: 'test', payload: {} }, // any text will do for a test
        { id: 'later' as JobId, kind: 'test', payload: {}, notBefore: inAnHour },
      ])
      const claim = { count: 5, leaseMs: 60_000, worker: 'tester', waitMs: 0 }
      const jobs = await queue.claim(claim, new AbortController().signal)
      expect(jobs.map(({ id }) => id)).toEqual(['now'])
      expect(jobs[0]?.leaseUntil.getTime()).toBeGreaterThan(Date.now() + 30_000)
      await queue.close()
      await drop()
    })

    test('a job whose time comes without any news is found by looking again', async () => {
      const { database, drop } = await kind.open()
      const clock = createManualClock()
      const queue = openPostgresQueue(database, { log, clock })
      const notBefore = new Date(clock.now().getTime() + 5_000)
      await queue.enqueue([{ id: 'later' as JobId, kind: 'test', payload: {}, notBefore }])
      const waiting = queue.claim(
        { count: 1, leaseMs: 60_000, worker: 'tester', waitMs: 60_000 },
        new AbortController().signal,
      )
      for (let seconds = 0; seconds < 5; seconds++) {
        await clock.sleepers(1)
        clock.advance(1_000)
      }
      expect((await waiting).map(({ id }) => id)).toEqual(['later'])
      await queue.close()
      await drop()
    })
  })
}
