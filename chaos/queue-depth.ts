import { openPostgres } from '../src/postgres/database.pg.ts'
import { openPostgresQueue } from '../src/queue/queue.postgres.ts'
import { openRedisQueue } from '../src/queue/queue.redis.ts'
import type { Queue } from '../src/queue/queue.ts'
import { openRedis } from '../src/redis/open-redis.ts'
import { createLogger } from '../src/telemetry/logger.ts'

const log = createLogger('silent')

/** The queue of the processes, to look at. */
export function openQueueOnRedis(url: string): Pick<Queue, 'depth' | 'close'> {
  const redis = openRedis({ url, log })
  const queue = openRedisQueue(redis, { log, prefix: 'lorgnette' })
  return {
    depth: () => queue.depth(),
    close: async () => {
      await queue.close()
      await redis.close()
    },
  }
}

/** The same, where it is in the store. */
export function openQueueInPostgres(url: string): Pick<Queue, 'depth' | 'close'> {
  const database = openPostgres({ url, poolSize: 1, log })
  const queue = openPostgresQueue(database, { log })
  return {
    depth: () => queue.depth(),
    close: async () => {
      await queue.close()
      await database.close()
    },
  }
}
