import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { testDatabases, type TestDatabase } from '../../test/databases.ts'
import { createManualClock } from '../../test/manual-clock.ts'
import { statement } from '../postgres/database.ts'
import { createLogger } from '../telemetry/logger.ts'
import { openPostgresAnswerCache } from './answer-cache.postgres.ts'
import { keepRemovingExpiredAnswers } from './remove-expired-answers.ts'

const addRows = statement<never>(
  'test-add-answers',
  `insert into llm_cache (key, entry, lease_token, repository, expires_at)
   select encode(sha256(($1 || number)::bytea), 'hex'), case when $1 = 'answer' then 'entry' end,
     case when $1 = 'lease' then 'token' end, case when $1 = 'answer' then 'octo/hello' end,
     now() + $3 * interval '1 hour'
   from generate_series(1, $2::integer) as number`,
)
const countRows = statement<{ count: number }>(
  'test-count-answers',
  'select count(*)::bigint as count from llm_cache',
)

for (const kind of testDatabases()) {
  describe.skipIf(kind.missing)(`answers whose time is over, on ${kind.name}`, () => {
    let opened: TestDatabase
    beforeAll(async () => {
      opened = await kind.open()
    })
    beforeEach(() => opened.database.script('truncate llm_cache'))
    afterAll(() => opened.drop())
    const rows = async (): Promise<number> => (await opened.database.run(countRows))[0]?.count ?? -1

    test('are deleted in batches, with the leases of the dead, and nothing else is', async () => {
      await opened.database.run(addRows, 'answer', 7, -1)
      await opened.database.run(addRows, 'lease', 3, -2)
      const cache = openPostgresAnswerCache(opened.database)
      expect([
        await cache.removeExpired(4),
        await cache.removeExpired(4),
        await cache.removeExpired(4),
      ]).toEqual([4, 4, 2])
      await opened.database.run(addRows, 'answer', 5, 1)
      await opened.database.run(addRows, 'lease', 2, 1)
      expect(await cache.removeExpired(100)).toBe(0)
      expect(await rows()).toBe(7)
    })

    test('go at once and at every interval, however many there are, and a failure waits for the next', async () => {
      await opened.database.run(addRows, 'answer', 1_200, -1)
      const clock = createManualClock()
      const stop = new AbortController()
      const real = openPostgresAnswerCache(opened.database)
      let sweeps = 0
      const cache = {
        removeExpired: (limit: number) => {
          sweeps += 1
          return sweeps === 1 ? Promise.reject(new Error('away')) : real.removeExpired(limit)
        },
      }
      const sweeping = keepRemovingExpiredAnswers(
        { cache, clock, log: createLogger('silent') },
        1_000,
        stop.signal,
      )
      await clock.sleepers(1)
      expect(await rows()).toBe(1_200)
      clock.advance(1_000)
      await clock.sleepers(1)
      expect(await rows()).toBe(0)
      stop.abort()
      await sweeping
    })
  })
}
