import pg from 'pg'
import { RetryableError } from '../base/errors.ts'
import type { Logger } from '../telemetry/logger.ts'
import { createChannels, quoteChannel } from './channels.ts'
import { driverFailure } from './connection.pg.ts'
import { databaseError } from './database-error.ts'
import type { Database } from './database.ts'

const FIRST_RETRY_MS = 100
const LAST_RETRY_MS = 5_000

/**
 * LISTEN on one connection of its own, made with the first `listen`. When it is lost it is made again, waiting longer
 * each time, until it stands or `close` is called.
 */
export function openListener(config: pg.ClientConfig, log: Logger): Pick<Database, 'listen' | 'close'> {
  const channels = createChannels()
  let connection: Promise<pg.Client> | undefined
  let retry: NodeJS.Timeout | undefined
  let closed = false

  function connected(): Promise<pg.Client> {
    connection ??= connect().catch((error: unknown) => {
      connection = undefined
      throw databaseError(driverFailure(error), 'listen')
    })
    return connection
  }

  async function connect(): Promise<pg.Client> {
    const client = new pg.Client(config)
    client.on('notification', ({ channel, payload }) => channels.notify(channel, payload ?? ''))
    client.on('error', (error) => log.warn({ reason: error.message }, 'notification connection lost'))
    try {
      await client.connect()
      for (const channel of channels.names()) await client.query(`listen ${quoteChannel(channel)}`)
    } catch (error) {
      client.end().catch(() => undefined)
      throw error
    }
    client.on('end', () => {
      connection = undefined
      reconnectIn(FIRST_RETRY_MS)
    })
    return client
  }

  function reconnectIn(delayMs: number): void {
    if (closed || channels.names().length === 0) return
    retry = setTimeout(() => {
      connected().catch(() => reconnectIn(Math.min(delayMs * 2, LAST_RETRY_MS)))
    }, delayMs)
  }

  async function command(text: string): Promise<void> {
    const client = await connected()
    await client.query(text).catch((error: unknown) => {
      throw databaseError(driverFailure(error), 'listen')
    })
  }

  return {
    listen: async (channel, onNotification) => {
      if (closed) throw new RetryableError('the database is closed')
      const remove = channels.add(channel, onNotification)
      try {
        await command(`listen ${quoteChannel(channel)}`)
      } catch (error) {
        remove()
        throw error
      }
      return async () => {
        // A connection that is lost listens to nothing either way.
        if (remove() && !closed) await command(`unlisten ${quoteChannel(channel)}`).catch(() => undefined)
      }
    },
    close: async () => {
      closed = true
      clearTimeout(retry)
      const client = await connection?.catch(() => undefined)
      await client?.end()
    },
  }
}
