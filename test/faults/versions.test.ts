import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openPostgres } from '../../src/postgres/database.pg.ts'
import type { Database } from '../../src/postgres/database.ts'
import { migrate } from '../../src/postgres/migrate.ts'
import { readMigrations } from '../../src/postgres/migration-files.ts'
import { openPostgresQueue } from '../../src/queue/queue.postgres.ts'
import type { JobId } from '../../src/queue/queue.ts'
import { createLogger } from '../../src/telemetry/logger.ts'
import { openPrivatePostgres } from '../services.ts'
import { PATIENCE_MS } from './product-process.ts'
import { doneOnce, openStage, type Stage } from './stage.ts'

const server = await openPrivatePostgres(['fsync=off'])
const log = createLogger('silent')

/** What the version after this one may do to a schema that this one still works on: add, and take nothing away. */
const FUTURE = `
  create table of_the_future (id text primary key);
  alter table pull_requests add column of_the_future text;
  alter table review_runs add column of_the_future text;
  alter table receipts add column of_the_future text not null default 'nothing';
  alter table jobs add column of_the_future text;
  alter table webhook_deliveries add column of_the_future text;
`

describe.skipIf(!server)('beside a process of a newer version', { timeout: 2 * PATIENCE_MS }, () => {
  let stage: Stage
  let database: Database
  beforeAll(async () => {
    if (!server) return
    stage = await openStage({ postgresUrl: server.url })
    database = openPostgres({ url: stage.databaseUrl, poolSize: 2, log })
  })
  afterAll(async () => {
    await database?.close()
    await stage?.close()
    await server?.stop()
  })

  test('an older one goes on with its work, parks jobs that it does not know, and does not start again', async () => {
    await stage.start('serve')
    const worker = await stage.start('work')
    const release = stage.holdModel()
    const under = await stage.openTaken(2)
    await stage.modelHolds(2)

    // The newer one starts: it migrates, and hands out work of its own.
    const known = await readMigrations()
    const version = known.length + 1
    const name = `${String(version).padStart(4, '0')}_future.sql`
    const checksum = createHash('sha256').update(FUTURE).digest('hex')
    expect(await migrate(database, [...known, { version, name, text: FUTURE, checksum }])).toEqual([name])
    const queue = openPostgresQueue(database, { log })
    const payload = { runs: ['a', 'b'] }
    await queue.enqueue([
      { id: 'future:1' as JobId, kind: 'review-of-the-future', payload },
      { id: 'future:2' as JobId, kind: 'review', payload },
    ])

    release()
    const later = await stage.openTaken(2)
    expect(await stage.outcomes(...under, ...later)).toEqual(doneOnce(...under, ...later))
    await worker.says('job buried', 2)
    // Whole, so that the newer one can replay them.
    expect(await queue.deadLetters(10)).toMatchObject([
      { payload, attempts: 1 },
      { payload, attempts: 1 },
    ])
    await queue.close()

    const again = await stage.start('work')
    expect(await again.ended).toBe(1)
    expect(JSON.stringify(again.log())).toContain(`${name}, which this version does not know`)
  })
})
