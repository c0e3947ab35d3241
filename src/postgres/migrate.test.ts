import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { testDatabases, type TestDatabase } from '../../test/databases.ts'
import { createDatabase } from '../../test/services.ts'
import { errorKind } from '../base/errors.ts'
import { createLogger } from '../telemetry/logger.ts'
import { openPostgres } from './database.pg.ts'
import { statement, type Database } from './database.ts'
import { readMigrations, type Migration } from './migration-files.ts'
import { migrate } from './migrate.ts'

function migration(version: number, text: string): Migration {
  const checksum = createHash('sha256').update(text).digest('hex')
  return { version, name: `000${version}_step.sql`, text, checksum }
}
const first = migration(1, 'create table one (id integer primary key)')
const second = migration(2, 'create table two (id integer primary key); insert into one values (2)')
const broken = migration(2, 'create table two (id integer primary key); insert into nowhere values (2)')

interface Column {
  readonly table: string
  readonly column: string
  readonly type: string
  readonly nullable: string
  readonly default: string | null
}
const columns = statement<Column>(
  'test-columns',
  `select table_name as table, column_name as column, data_type as type, is_nullable as nullable, column_default as default
   from information_schema.columns where table_schema = 'public' order by table_name, column_name`,
)
const tables = async (database: Database): Promise<string[]> => [
  ...new Set((await database.run(columns)).map(({ table }) => table)),
]

for (const kind of testDatabases()) {
  describe.skipIf(kind.missing)(`migrate on ${kind.name}`, () => {
    let opened: TestDatabase
    beforeAll(async () => {
      opened = await kind.openEmpty()
    })
    afterAll(() => opened.drop())
    async function empty(): Promise<Database> {
      await opened.database.script('drop schema public cascade; create schema public')
      return opened.database
    }

    test('applies what is new, in order, and nothing twice', async () => {
      const database = await empty()
      expect(await migrate(database, [first])).toEqual(['0001_step.sql'])
      expect(await migrate(database, [first, second])).toEqual(['0002_step.sql'])
      expect(await migrate(database, [first, second])).toEqual([])
      expect(await tables(database)).toEqual(['migrations', 'one', 'two'])
    })

    test('a migration that fails leaves nothing of itself, and those before it stay', async () => {
      const database = await empty()
      await expect(migrate(database, [first, broken])).rejects.toThrow(/nowhere/)
      expect(await tables(database)).toEqual(['migrations', 'one'])
      expect(await migrate(database, [first, second])).toEqual(['0002_step.sql'])
    })

    test('an applied file that was changed is refused by its name', async () => {
      const database = await empty()
      await migrate(database, [first])
      const changed = migrate(database, [migration(1, 'create table other (id integer)')])
      await expect(changed).rejects.toThrow(/0001_step\.sql was changed/)
      expect(errorKind(await changed.catch((error: unknown) => error))).toBe('permanent')
    })

    test('a database of a newer version is refused', async () => {
      const database = await empty()
      await migrate(database, [first, second])
      const older = migrate(database, [first])
      await expect(older).rejects.toThrow(/0002_step\.sql, which this version does not know/)
      expect(errorKind(await older.catch((error: unknown) => error))).toBe('permanent')
    })

    test('the three original tables have their columns', async () => {
      const database = await empty()
      await migrate(database)
      const all = await database.run(columns)
      const of = (wanted: string): string[] =>
        all.filter(({ table }) => table === wanted).map(({ column }) => column)
      expect(of('pull_requests')).toEqual(
        expect.arrayContaining(['id', 'pr_number', 'repo_full_name', 'status', 'created_at', 'updated_at']),
      )
      expect(of('reviews')).toEqual(
        expect.arrayContaining(['id', 'pr_id', 'file_path', 'line_number', 'comment_text', 'posted_at']),
      )
      expect(of('review_feedback')).toEqual(['feedback_type', 'id', 'recorded_at', 'review_id'])
    })
  })
}

describe.skipIf(!inject('postgresUrl'))('PostgreSQL', () => {
  test('twenty processes that start at once migrate once', async () => {
    const created = await createDatabase(inject('postgresUrl') ?? '')
    const log = createLogger('silent')
    const databases = Array.from({ length: 20 }, () => openPostgres({ url: created.url, poolSize: 2, log }))
    const applied = await Promise.all(databases.map((database) => migrate(database, [first, second])))
    expect(applied.flat().sort()).toEqual(['0001_step.sql', '0002_step.sql'])
    await Promise.all(databases.map((database) => database.close()))
    await created.drop()
  })

  test('both databases have the same tables and columns', async () => {
    const schemas = await Promise.all(
      testDatabases().map(async (kind) => {
        const opened = await kind.open()
        const schema = await opened.database.run(columns)
        await opened.drop()
        return schema
      }),
    )
    expect(schemas[0]).toEqual(schemas[1])
    expect(schemas[0]?.length).toBeGreaterThan(50)
  })
})

describe('migration files', () => {
  const check = async (names: readonly string[]): Promise<readonly Migration[]> => {
    const folder = await mkdtemp(path.join(tmpdir(), 'lorgnette-migrations-'))
    try {
      for (const name of names) await writeFile(path.join(folder, name), 'select 1;\r\n')
      return await readMigrations(folder)
    } finally {
      await rm(folder, { recursive: true })
    }
  }

  test('are numbered without gaps, and their line endings do not matter', async () => {
    const read = await check(['0002_b.sql', '0001_a.sql', 'README.md'])
    expect(read.map(({ version, name, text }) => [version, name, text])).toEqual([
      [1, '0001_a.sql', 'select 1;\n'],
      [2, '0002_b.sql', 'select 1;\n'],
    ])
  })

  test.each([[['0002_b.sql']], [['0001_a.sql', '0001_b.sql']], [['first.sql']]])(
    '%j is refused',
    async (names) => {
      await expect(check(names)).rejects.toThrow(/out of order/)
    },
  )
})
