import { PermanentError } from '../base/errors.ts'
import { statement, type Database } from './database.ts'
import { readMigrations, type Migration } from './migration-files.ts'

/**
 * Brings the schema up to date, and returns the names of the migrations that it applied. Each is one transaction.
 *
 * Safe when many processes start at once: an advisory lock lets one at a time look and apply. Throws a permanent error
 * when an applied file was changed, and when the database knows migrations that this program does not.
 */
export async function migrate(
  database: Database,
  migrations?: readonly Migration[],
): Promise<readonly string[]> {
  const known = migrations ?? (await readMigrations())
  const applied: string[] = []
  for (;;) {
    const name = await applyNext(database, known)
    if (name === undefined) return applied
    applied.push(name)
  }
}

function applyNext(database: Database, known: readonly Migration[]): Promise<string | undefined> {
  return database.transaction(async (transaction) => {
    // Before anything else, even `create table if not exists`: two of those at once may fail on each other.
    await transaction.script(`select pg_advisory_xact_lock(${ADVISORY_LOCK})`)
    await transaction.script(createMigrations)
    const applied = await transaction.run(selectMigrations)
    for (const row of applied) checkUnchanged(row, known[row.version - 1])
    const next = known[applied.length]
    if (!next) return undefined
    await transaction.script(next.text)
    await transaction.run(insertMigration, next.version, next.name, next.checksum)
    return next.name
  })
}

function checkUnchanged(applied: AppliedMigration, file: Migration | undefined): void {
  if (!file) {
    throw new PermanentError(
      `the database has migration ${applied.name}, which this version does not know: ` +
        'a newer version used it; run that version or a newer one',
    )
  }
  if (file.checksum !== applied.checksum) {
    throw new PermanentError(
      `migration ${file.name} was changed after this database had applied it: restore the file, and put the change in a new one`,
    )
  }
}

/** Any number that no other program uses on the same database. */
const ADVISORY_LOCK = 7_061_746_518

interface AppliedMigration {
  readonly version: number
  readonly name: string
  readonly checksum: string
}

const createMigrations = `
  create table if not exists migrations (
    version integer primary key,
    name text not null,
    checksum text not null,
    applied_at timestamptz not null default now()
  )`

const selectMigrations = statement<AppliedMigration>(
  'migrations-select',
  'select version, name, checksum from migrations order by version',
)

const insertMigration = statement<never>(
  'migrations-insert',
  'insert into migrations (version, name, checksum) values ($1, $2, $3)',
)
