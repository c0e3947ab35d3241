import { statement, type Database } from '../../postgres/database.ts'
import type { Migration } from '../../postgres/migration-files.ts'
import type { CheckResult } from '../doctor-command.ts'

export interface StoreCheck {
  /** Whether the tables are there. */
  readonly prepared: boolean
  readonly result: CheckResult
}

const oldestVersion = 150_000

/** Whether the database answers, is new enough, has the tables that this version needs, and can be written. Changes nothing. */
export async function checkStore(database: Database, known: readonly Migration[]): Promise<StoreCheck> {
  const [server] = await database.run(selectServer)
  const name = database.kind === 'pglite' ? 'embedded PostgreSQL' : 'PostgreSQL'
  const version = `${name} ${Math.floor((server?.version ?? 0) / 10_000)}`
  if ((server?.version ?? 0) < oldestVersion) {
    const cure = 'use PostgreSQL 15 or newer'
    return { prepared: false, result: { state: 'failed', detail: `${version} is too old`, cure } }
  }
  const prepared = server?.prepared ?? false
  const applied = prepared ? await database.run(selectApplied) : []
  const unknown = applied.find(({ name }) => known.every((migration) => migration.name !== name))
  if (unknown) {
    const detail = `${version} was prepared by a newer version: its migration ${unknown.name} is not known here`
    return { prepared, result: { state: 'failed', detail, cure: 'run that version, or a newer one' } }
  }
  await writeAndRollBack(database, prepared)
  const pending = known.length - applied.length
  if (pending === 0)
    return { prepared, result: { state: 'ok', detail: `${version} answers and can be written` } }
  const detail = `${version} answers and can be written; ${pending} of ${known.length} migrations are still to be applied`
  const cure = 'lorgnette migrate applies them; so does lorgnette start'
  return { prepared, result: { state: 'warning', detail, cure } }
}

class RolledBackError extends Error {
  override name = 'RolledBackError'
}

/** A real write, taken back: also a replica, a full disk or a missing right shows. */
async function writeAndRollBack(database: Database, prepared: boolean): Promise<void> {
  try {
    await database.transaction(async (transaction) => {
      await transaction.run(prepared ? insertProbe : createProbe)
      throw new RolledBackError()
    })
  } catch (error) {
    if (!(error instanceof RolledBackError)) throw error
  }
}

const selectServer = statement<{ readonly version: number; readonly prepared: boolean }>(
  'doctor-server',
  `select current_setting('server_version_num')::int as version, to_regclass('migrations') is not null as prepared`,
)

const selectApplied = statement<{ readonly name: string }>(
  'doctor-applied',
  'select name from migrations order by version',
)

const insertProbe = statement<never>(
  'doctor-insert',
  `insert into migrations (version, name, checksum) values (-1, 'doctor', '')`,
)

const createProbe = statement<never>('doctor-create', 'create table lorgnette_doctor (id int primary key)')
