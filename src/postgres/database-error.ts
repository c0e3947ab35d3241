import { BusyError, PermanentError, RetryableError } from '../base/errors.ts'

/** What a driver says of a statement that failed. */
export interface DriverFailure {
  readonly message: string
  /** The server's error code. Absent when no server answered: a refused or broken connection, a time-out. */
  readonly sqlState?: string | undefined
  readonly table?: string | undefined
  readonly column?: string | undefined
  readonly constraint?: string | undefined
}

/**
 * The error with a kind for a failure of the statement of that name.
 *
 * Without an answer of the server, or with one of the codes below, it may pass by itself; all else would fail again. Some
 * codes speak of this statement alone: the server is there.
 * The driver's error is not kept as the cause, and the words of classes 22 and 23 are not repeated: they quote values,
 * which belong in no log. Source: PostgreSQL, "Appendix A. PostgreSQL Error Codes".
 */
export function databaseError(
  failure: DriverFailure,
  statementName: string,
): PermanentError | RetryableError {
  const { message, sqlState } = failure
  if (sqlState === undefined) {
    return new RetryableError(`${statementName}: the database did not answer: ${message}`)
  }
  const what = QUOTES_VALUES.test(sqlState) ? `the values were refused${place(failure)}` : message
  const told = `${statementName}: ${what} (SQLSTATE ${sqlState})`
  if (BUSY.has(sqlState)) return new BusyError(told)
  return RETRYABLE.test(sqlState) ? new RetryableError(told) : new PermanentError(told)
}

/** Whether the connection can be used on after this failure. */
export function isConnectionSound({ sqlState }: DriverFailure): boolean {
  return sqlState !== undefined && !/^(?:08|57P|25P03)/.test(sqlState)
}

function place({ table, column, constraint }: DriverFailure): string {
  const names = [table, column, constraint].filter((name) => name !== undefined && name !== '')
  return names.length > 0 ? ` at ${names.join(', ')}` : ''
}

/** Data exceptions and violated constraints. */
const QUOTES_VALUES = /^2[23]/

const RETRYABLE = new RegExp(
  [
    '08...', // connection exceptions
    '25006', // read only: a standby while another takes over, or an administrator's emergency brake
    '53...', // out of disk, memory or connections
    '57P0.', // shutting down, crashed, starting
    '58...', // the server's own input and output
  ]
    .map((code) => `^${code}$`)
    .join('|'),
)

const BUSY: ReadonlySet<string> = new Set([
  '25P03', // left idle in a transaction: our process was paused
  '40001', // serialization failure
  '40P01', // deadlock
  '55P03', // a lock was not to be had
  '57014', // over the statement time-out
])
