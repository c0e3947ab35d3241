import pg from 'pg'
import { BusyError, RetryableError } from '../base/errors.ts'
import type { Logger } from '../telemetry/logger.ts'
import { connectionConfig, driverFailure } from './connection.pg.ts'
import { databaseError, isConnectionSound } from './database-error.ts'
import type { Database } from './database.ts'
import { encodeValue } from './encode-value.ts'
import { holdName } from './hold-name.pg.ts'
import { openListener } from './listener.pg.ts'
import { runTransaction, type Session } from './transaction.ts'

/** Our statements are small: one that takes longer hangs on a lock or on a sick server. */
const STATEMENT_MS = 5_000
/** A little more than the server's own limit, so that a server that is well answers first. */
const ANSWER_MS = STATEMENT_MS + 1_000
const SCRIPT_MS = 3_600_000

export interface PostgresOptions {
  /** `postgres://user:password@host:port/database`, with `sslmode` and the like as parameters. */
  readonly url: string
  /** Connections at most, besides one for notifications. */
  readonly poolSize: number
  /** How long a caller waits while all connections are in use, in milliseconds; one try of two seconds unless told. */
  readonly patienceMs?: number
  readonly log: Logger
}

/**
 * A PostgreSQL server (15 or newer). Connects when first used. While the server is away every call rejects with a
 * retryable error within two seconds (six for a statement under way on a connection that went mute); once it is back
 * it is used again. Throws a permanent error for a URL that cannot be read.
 */
export function openPostgres({ url, poolSize, patienceMs = 0, log }: PostgresOptions): Database {
  const config = connectionConfig(url)
  const pool = new pg.Pool({
    ...config,
    max: poolSize,
    // What a transaction asks without waiting for an answer in between goes in one round trip.
    pipeline: true,
    statement_timeout: STATEMENT_MS,
    query_timeout: ANSWER_MS,
    // A paused process must not hold the locks of its open transaction for ever.
    idle_in_transaction_session_timeout: 30_000,
  })
  // Without listeners, the end of a connection that nobody waits for would end the process.
  pool.on('error', (error) => log.warn({ reason: error.message }, 'database connection lost'))
  pool.on('connect', (client) => client.on('error', () => undefined))
  const listener = openListener(config, log)
  let closed: Promise<void> | undefined

  /** A try takes two seconds at most: for so long a server that is away is waited for, however patient the caller is. */
  async function connect(untilMs: number): Promise<pg.PoolClient> {
    for (;;) {
      // Ours are all in use: that we get none says nothing of the server.
      const isFull = pool.totalCount >= poolSize && pool.idleCount === 0
      try {
        return await pool.connect()
      } catch (error) {
        const failure = driverFailure(error)
        if (!isFull) throw databaseError(failure, 'connect')
        if (closed || performance.now() >= untilMs) throw new BusyError(`connect: ${failure.message}`)
      }
    }
  }

  async function withSession<Result>(work: (session: Session) => Promise<Result>): Promise<Result> {
    if (closed) throw new RetryableError('the database is closed')
    const client = await connect(performance.now() + patienceMs)
    const session = createSession(client)
    try {
      return await work(session)
    } finally {
      client.release(!session.isSound())
    }
  }

  return {
    kind: 'postgres',
    run: (statement, ...values) => withSession((session) => session.run(statement, ...values)),
    script: (text) => withSession((session) => session.script(text)),
    transaction: (work) => withSession((session) => runTransaction(session, work)),
    listen: listener.listen,
    hold: async (name, silentMs) => {
      if (closed) throw new RetryableError('the database is closed')
      return await holdName(config, name, silentMs)
    },
    close: () => {
      closed ??= Promise.all([listener.close(), pool.end()]).then(() => undefined)
      return closed
    },
  }
}

function createSession(client: pg.PoolClient): Session {
  let sound = true
  let failed: Error | undefined
  async function ask<Row extends object>(name: string, query: TimedQuery): Promise<Row[]> {
    try {
      const result = await client.query<Row>(query)
      return result.rows
    } catch (error) {
      const failure = driverFailure(error)
      sound &&= isConnectionSound(failure)
      const told = databaseError(failure, name)
      failed ??= told
      throw told
    }
  }
  return {
    run: ({ name, text }, ...values) => ask(name, { name, text, values: values.map(encodeValue) }),
    script: async (text) => {
      const unlimited = `set local statement_timeout = ${SCRIPT_MS};\n${text}`
      await ask('script', { text: unlimited, query_timeout: SCRIPT_MS })
    },
    command: async (text) => {
      await ask(text, { text })
    },
    isSound: () => sound,
    failure: () => failed,
  }
}

/** The published types leave out that a query may have a limit of its own. */
type TimedQuery = pg.QueryConfig<(string | null)[]> & { readonly query_timeout?: number }
