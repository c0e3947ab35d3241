import { systemClock, type MeasuringClock } from '../base/clock.ts'
import type { Logger } from '../telemetry/logger.ts'
import { openBlockingReader } from './blocking-reader.ts'
import { openConnection } from './connection.ts'
import { redisError, replyCode } from './redis-error.ts'
import type { Redis } from './redis.ts'

/** How long one call may take, connecting included: less than whoever delivers a webhook shall wait. */
const CALL_MS = 1_900

export interface RedisOptions {
  /** `redis://user:password@host:port/database`, or `rediss://` for TLS. */
  readonly url: string
  readonly log: Logger
  /** Times the pauses between attempts to connect. */
  readonly clock?: Pick<MeasuringClock, 'monotonicMs'>
}

/** A Redis server. Connects when first used, and again whenever the connection was lost. */
export function openRedis({ url, log, clock = systemClock }: RedisOptions): Redis {
  const connection = openConnection({ url, log, clock })

  async function call(command: readonly string[], tried: string): Promise<unknown> {
    const started = performance.now()
    const session = await connection.session()
    try {
      return await session.send(command, CALL_MS - (performance.now() - started))
    } catch (error) {
      // It was the primary once. The address leads to the new one, if we connect again.
      if (replyCode(error) === 'READONLY') session.end()
      throw redisError(error, tried)
    }
  }

  const redis: Redis = {
    send: (command) => call(command, command[0] ?? 'nothing'),

    run: async ({ name, text, sha1 }, keys, args) => {
      const rest = [String(keys.length), ...keys, ...args]
      try {
        return await call(['EVALSHA', sha1, ...rest], name)
      } catch (error) {
        if (replyCode(error) !== 'NOSCRIPT') throw error
        return await call(['EVAL', text, ...rest], name)
      }
    },

    openReader: () =>
      openBlockingReader(openConnection({ url, log, clock }), async (id) => {
        const unblocked = await redis.send(['CLIENT', 'UNBLOCK', id])
        return unblocked === 1
      }),

    close: () => connection.close(),
  }
  return redis
}
