import { randomUUID } from 'node:crypto'
import { inject } from 'vitest'
import { openPostgresAnswerCache } from '../src/cache/answer-cache.postgres.ts'
import { openRedisAnswerCache } from '../src/cache/answer-cache.redis.ts'
import type { AnswerCacheUnderTest } from '../src/cache/answer-cache.contract.ts'
import { openRedis } from '../src/redis/open-redis.ts'
import { createLogger } from '../src/telemetry/logger.ts'
import { testDatabases, type TestDatabaseKind } from './databases.ts'

export interface TestCacheKind {
  readonly name: 'Redis' | TestDatabaseKind['name']
  /** Why its suites cannot run on this machine. */
  readonly missing?: string
  /** A cache of one's own with nothing in it. */
  readonly open: () => Promise<AnswerCacheUnderTest>
}

const log = createLogger('silent')

/** Every cache that the wrapper around models has to work with. */
export function testCaches(): readonly TestCacheKind[] {
  return [redisCache(), ...testDatabases().map(databaseCache)]
}

function redisCache(): TestCacheKind {
  const url = inject('redisUrl')
  return {
    name: 'Redis',
    ...(url === undefined && { missing: 'no Redis on this machine' }),
    open: async () => {
      if (url === undefined) throw new Error('there is no Redis here')
      const [first, second] = [openRedis({ url, log }), openRedis({ url, log })]
      const prefix = `test-${randomUUID()}`
      const clear = async (): Promise<void> => {
        await first.send(['EVAL', DELETE_ALL, '0', `{${prefix}}:*`])
      }
      return {
        cache: openRedisAnswerCache(first, { prefix }),
        another: openRedisAnswerCache(second, { prefix }),
        clear,
        close: async () => {
          await clear()
          await first.close()
          await second.close()
        },
      }
    },
  }
}

const DELETE_ALL = `for _, key in ipairs(redis.call('KEYS', ARGV[1])) do redis.call('DEL', key) end`

function databaseCache({ open, ...kind }: TestDatabaseKind): TestCacheKind {
  return {
    ...kind,
    open: async () => {
      const { database, drop } = await open()
      return {
        cache: openPostgresAnswerCache(database),
        another: openPostgresAnswerCache(database),
        clear: () => database.script('truncate llm_cache'),
        close: drop,
      }
    },
  }
}
