import { openRedis } from '../../src/redis/open-redis.ts'
import { createLogger } from '../../src/telemetry/logger.ts'
import { createMigratedDatabase } from '../create-migrated-database.ts'
import { createDatabase, openPrivatePostgres, openPrivateRedis, type Service } from '../../test/services.ts'
import type { SystemName } from './queue-system.ts'

const log = createLogger('warn')

/** A Redis of the benchmark's own, for the time of `work`. */
export async function withRedis<Result>(
  settings: readonly string[],
  work: (url: string) => Promise<Result>,
): Promise<Result> {
  return await withService(await openPrivateRedis(settings), work)
}

/** A PostgreSQL of the benchmark's own, for the time of `work`. */
export async function withPostgres<Result>(
  settings: readonly string[],
  work: (url: string) => Promise<Result>,
): Promise<Result> {
  return await withService(await openPrivatePostgres(settings), work)
}

async function withService<Result>(
  service: Service | undefined,
  work: (url: string) => Promise<Result>,
): Promise<Result> {
  if (!service) throw new Error('this needs redis-server and postgres on this machine')
  try {
    return await work(service.url)
  } finally {
    await service.stop()
  }
}

/** Commands to a Redis, one after the other. Resolves with the reply to the last. */
export async function askRedis(url: string, ...commands: readonly (readonly string[])[]): Promise<unknown> {
  const redis = openRedis({ url, log })
  try {
    let reply: unknown
    for (const command of commands) reply = await redis.send(command)
    return reply
  } finally {
    await redis.close()
  }
}

/** A fresh database for one of the two, for the time of `work`: with our tables for ours; pg-boss makes its own. */
export async function withDatabase<Result>(
  serverUrl: string,
  system: SystemName,
  work: (url: string) => Promise<Result>,
): Promise<Result> {
  const create = system === 'lorgnette on PostgreSQL' ? createMigratedDatabase : createDatabase
  const database = await create(serverUrl)
  try {
    return await work(database.url)
  } finally {
    await database.drop()
  }
}
