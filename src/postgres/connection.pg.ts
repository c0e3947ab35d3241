import pg from 'pg'
import { PermanentError } from '../base/errors.ts'
import type { DriverFailure } from './database-error.ts'
import { valueParser } from './value-parser.ts'

/** How long a caller waits for a connection, whether all are busy or the server is dead or mute. */
const CONNECT_MS = 2_000

/** What every connection of ours is made with. Throws a permanent error for a URL that cannot be read, without showing it. */
export function connectionConfig(url: string): pg.ClientConfig {
  if (!/^postgres(?:ql)?:\/\//.test(url) || !URL.canParse(url)) {
    throw new PermanentError('the database URL cannot be read: it must begin with postgres://')
  }
  return {
    connectionString: url,
    application_name: 'lorgnette',
    connectionTimeoutMillis: CONNECT_MS,
    keepAlive: true,
    types: { getTypeParser: valueParser },
  }
}

/** What pg threw, in the words of both adapters. */
export function driverFailure(error: unknown): DriverFailure {
  if (error instanceof pg.DatabaseError) {
    const { message, code, table, column, constraint } = error
    return { message, sqlState: code, table, column, constraint }
  }
  // A refused connection to a name with several addresses has an empty message and a code.
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined
  return { message: error instanceof Error ? error.message || (code ?? error.name) : String(error) }
}
