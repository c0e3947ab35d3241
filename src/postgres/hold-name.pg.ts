import pg from 'pg'
import { driverFailure } from './connection.pg.ts'
import { databaseError } from './database-error.ts'
import type { HeldName } from './database.ts'

/** Keeps our names apart from the lock of the migrations, and from other programs on the same database. */
const NAMESPACE = 1_869_767_527

/**
 * A name is an advisory lock of a session of its own: the server lets it go with the session, whatever ended that. A host
 * that vanished without a word is noticed by keep-alive probes, a frozen process by its silence.
 */
export async function holdName(
  config: pg.ClientConfig,
  name: string,
  silentMs: number,
): Promise<HeldName | undefined> {
  const client = new pg.Client({
    ...config,
    application_name: 'lorgnette holds a name',
    query_timeout: ANSWER_MS,
  })
  let connected = true
  client.on('error', () => (connected = false))
  client.on('end', () => (connected = false))
  const release = async (): Promise<void> => {
    connected = false
    await client.end().catch(() => undefined)
  }
  try {
    await client.connect()
    await client.query(`set idle_session_timeout = ${Math.ceil(silentMs)}`)
    await client.query(
      'set tcp_keepalives_idle = 10; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 3',
    )
    const { rows } = await client.query<{ taken: boolean }>(
      'select pg_try_advisory_lock($1, hashtext($2)) as taken',
      [NAMESPACE, name],
    )
    if (!rows[0]?.taken) {
      await release()
      return undefined
    }
  } catch (error) {
    await release()
    throw databaseError(driverFailure(error), `hold ${name}`)
  }
  return {
    isHeld: async () => {
      if (connected) await client.query('select').catch(release)
      return connected
    },
    release,
  }
}

/** A server that does not answer in this time may have given the name to somebody else already. */
const ANSWER_MS = 5_000
