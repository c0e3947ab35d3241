import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { inject } from 'vitest'
import { packageRoot } from '../src/base/package-root.ts'
import { openPostgres } from '../src/postgres/database.pg.ts'
import { openPglite } from '../src/postgres/database.pglite.ts'
import type { Database } from '../src/postgres/database.ts'
import { migrate } from '../src/postgres/migrate.ts'
import { createLogger } from '../src/telemetry/logger.ts'
import { createDatabase } from './services.ts'

export interface TestDatabase {
  readonly database: Database
  /** Closes it and removes what it left. */
  readonly drop: () => Promise<void>
}

export interface TestDatabaseKind {
  readonly name: 'PostgreSQL' | 'PGlite'
  /** Why its suites cannot run on this machine. */
  readonly missing?: string
  /** A database of one's own with nothing in it. */
  readonly openEmpty: () => Promise<TestDatabase>
  /** A database of one's own with all tables. */
  readonly open: () => Promise<TestDatabase>
}

const log = createLogger('silent')

/** Both databases that everything has to run on. */
export function testDatabases(): readonly TestDatabaseKind[] {
  const url = inject('postgresUrl')
  const withTables = async (openEmpty: () => Promise<TestDatabase>): Promise<TestDatabase> => {
    const opened = await openEmpty()
    await migrate(opened.database)
    return opened
  }
  const openServer = async (): Promise<TestDatabase> => {
    if (url === undefined) throw new Error('there is no PostgreSQL here')
    const created = await createDatabase(url)
    const database = openPostgres({ url: created.url, poolSize: 12, log })
    return { database, drop: () => database.close().then(() => created.drop()) }
  }
  const openEmbedded = async (): Promise<TestDatabase> => {
    const { folder, drop } = await createPgliteFolder()
    const database = await openPglite({ folder, log })
    return { database, drop: () => database.close().then(drop) }
  }
  return [
    {
      name: 'PostgreSQL',
      ...(url === undefined ? { missing: 'no PostgreSQL on this machine' } : {}),
      openEmpty: openServer,
      open: () => withTables(openServer),
    },
    { name: 'PGlite', openEmpty: openEmbedded, open: () => withTables(openEmbedded) },
  ]
}

/** A data folder with an empty PGlite in it. Making one takes seconds, so one is made per machine and copied. */
export async function createPgliteFolder(): Promise<{ folder: string; drop: () => Promise<void> }> {
  const cache = path.join(packageRoot, 'node_modules', '.cache', 'lorgnette')
  // Another release of PGlite may not open the folder, and comes with another lock file.
  const lock = await readFile(path.join(packageRoot, 'package-lock.json'))
  const template = path.join(cache, `pglite-${createHash('sha256').update(lock).digest('hex').slice(0, 16)}`)
  const parent = await mkdtemp(path.join(tmpdir(), 'lorgnette-pglite-'))
  const folder = path.join(parent, 'data')
  if (!existsSync(template)) {
    await mkdir(cache, { recursive: true })
    const fresh = await mkdtemp(path.join(cache, 'new-'))
    const database = await openPglite({ folder: fresh, log })
    await database.close()
    // Another test file may have been faster: then its folder stays.
    await rename(fresh, template).catch(() => rm(fresh, { recursive: true, force: true }))
  }
  await cp(template, folder, { recursive: true })
  return { folder, drop: () => rm(parent, { recursive: true, force: true }) }
}
