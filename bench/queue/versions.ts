import { z } from 'zod'
import { openPostgres } from '../../src/postgres/database.pg.ts'
import { statement } from '../../src/postgres/database.ts'
import { createLogger } from '../../src/telemetry/logger.ts'
import { askRedis, withPostgres, withRedis } from './servers.ts'

const serverVersion = statement<{ version: string }>(
  'server-version',
  `select current_setting('server_version') as version`,
)

/** What everything here runs on. */
export async function serverVersions(): Promise<{ node: string; redis: string; postgres: string }> {
  const redis = await withRedis([], async (url) => {
    const info = z.string().parse(await askRedis(url, ['INFO', 'server']))
    return /^redis_version:(\S+)/m.exec(info)?.[1] ?? 'unknown'
  })
  const postgres = await withPostgres([], async (url) => {
    const database = openPostgres({ url, poolSize: 1, log: createLogger('warn') })
    const [row] = await database.run(serverVersion)
    await database.close()
    return row?.version ?? 'unknown'
  })
  return { node: process.version, redis, postgres }
}
