import { openPostgres } from '../src/postgres/database.pg.ts'
import { migrate } from '../src/postgres/migrate.ts'
import { createLogger } from '../src/telemetry/logger.ts'
import { createDatabase } from '../test/services.ts'

/** A fresh database with our tables. */
export async function createMigratedDatabase(serverUrl: string): ReturnType<typeof createDatabase> {
  const created = await createDatabase(serverUrl)
  const database = openPostgres({ url: created.url, poolSize: 1, log: createLogger('warn') })
  await migrate(database)
  await database.close()
  return created
}
