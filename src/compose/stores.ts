import { errorKind, errorMessage, PermanentError } from '../base/errors.ts'
import { REDIS_PREFIX } from './redis-prefix.ts'
import type { Config } from '../config.ts'
import { openPostgres } from '../postgres/database.pg.ts'
import { openPglite } from '../postgres/database.pglite.ts'
import { type Database, statement } from '../postgres/database.ts'
import { migrate } from '../postgres/migrate.ts'
import { openPostgresQueue } from '../queue/queue.postgres.ts'
import { openRedisQueue } from '../queue/queue.redis.ts'
import type { Queue } from '../queue/queue.ts'
import { checkRedis } from '../redis/check-redis.ts'
import { openRedis } from '../redis/open-redis.ts'
import type { ReadinessCheck } from '../server/health-routes.ts'
import type { Logger } from '../telemetry/logger.ts'

export const askStore = statement<{ one: number }>('ask_store', 'select 1 as one')

/** What waits longer for a connection than a delivery may: a run that gave up would be tried again, and wait no less. */
export const WORKER_PATIENCE_MS = 20_000

/** The configured store, connected: PostgreSQL, or PGlite in the data folder. */
export async function openDatabase({ store }: Config, log: Logger, patienceMs?: number): Promise<Database> {
  return store.kind === 'postgres'
    ? openPostgres({
        url: store.url,
        poolSize: store.poolSize,
        ...(patienceMs !== undefined && { patienceMs }),
        log,
      })
    : await openPglite({ folder: store.folder, log })
}

/** A server that cannot be asked at the start is as a rule not the one that was meant: names the setting, not its value. */
export async function refuseAwayStore({ store }: Config, database: Database): Promise<void> {
  try {
    await database.run(askStore)
  } catch (error) {
    if (store.kind !== 'postgres') throw error
    const cure = 'see that PostgreSQL runs and can be reached from here, or correct DATABASE_URL'
    throw new PermanentError(`the store does not answer; ${cure}`, { cause: error })
  }
}

/** Brings the schema of the configured store up to date. Returns the names of the migrations that it applied. */
export async function migrateStore(config: Config, log: Logger): Promise<readonly string[]> {
  const database = await openDatabase(config, log)
  try {
    await refuseAwayStore(config, database)
    return await migrate(database)
  } finally {
    await database.close()
  }
}

/** The queue in the store, or on Redis: then it takes its connection along when it closes. */
export function openQueue({ queue }: Config, database: Database, log: Logger): Queue {
  if (queue.kind === 'store') return openPostgresQueue(database, { log })
  const redis = openRedis({ url: queue.url, log })
  const opened = openRedisQueue(redis, { log, prefix: REDIS_PREFIX })
  return {
    ...opened,
    async close() {
      await opened.close()
      await redis.close()
    },
  }
}

/** A Redis that is away is waited for, with a warning; one that would lose or refuse jobs stops the start. */
export async function refuseUnfitRedis({ queue }: Config, log: Logger): Promise<void> {
  if (queue.kind === 'store') return
  const redis = openRedis({ url: queue.url, log })
  try {
    const { problems, warnings } = await checkRedis(redis)
    if (problems.length > 0)
      throw new PermanentError(`Redis is not fit for the queue: ${problems.join('; ')}`)
    for (const warning of warnings) log.warn({ warning }, 'Redis is worth a look')
  } catch (error) {
    if (errorKind(error) !== 'retryable') throw error
    log.warn({ error: errorMessage(error) }, 'Redis is away: work is accepted, and done when it is back')
  } finally {
    await redis.close()
  }
}

/** In the store it is as well as the store. On Redis work is accepted without it. */
export function queueCheck({ queue: { kind } }: Config, queue: Queue): ReadinessCheck {
  const check = async (): Promise<void> => void (await queue.depth())
  return kind === 'store' ? { name: 'queue', check } : { name: 'queue', check, optional: true }
}
