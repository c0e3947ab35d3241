import pg from 'pg'
import { createLogger } from '../../src/telemetry/logger.ts'
import { openPostgres } from '../../src/postgres/database.pg.ts'
import { migrate } from '../../src/postgres/migrate.ts'
import { createDatabase } from '../../test/services.ts'

/** A fresh database with our tables, by its URL. */
export async function createIngestDatabase(serverUrl: string): Promise<string> {
  const { url } = await createDatabase(serverUrl)
  const database = openPostgres({ url, poolSize: 1, log: createLogger('warn') })
  await migrate(database)
  await database.close()
  return url
}

/** Deliveries that are committed, as another connection sees them. */
export async function countDeliveries(url: string): Promise<number> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query<{ rows: string }>('select count(*) as rows from webhook_deliveries')
  await client.end()
  return Number(rows[0]?.rows)
}
