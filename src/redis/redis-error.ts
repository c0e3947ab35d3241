import { ErrorReply } from '@redis/client'
import { PermanentError, RetryableError } from '../base/errors.ts'

/**
 * The error with a kind for a command or script that failed. Without an answer of the server, or with one of the codes
 * below, it may pass by itself; all else would fail again.
 */
export function redisError(error: unknown, tried: string): PermanentError | RetryableError {
  if (error instanceof PermanentError || error instanceof RetryableError) return error
  const code = codeOf(error)
  if (code === undefined) {
    // What cannot be encoded as a command never left.
    if (error instanceof TypeError) return new PermanentError(`${tried} cannot be sent`, { cause: error })
    return new RetryableError(`${tried}: Redis did not answer`, { cause: error })
  }
  const refused = `${tried}: Redis refused`
  return RETRYABLE_CODES.has(code) || /max number of clients/.test(String(error))
    ? new RetryableError(refused, { cause: error })
    : new PermanentError(refused, { cause: error })
}

/** The code of Redis's refusal that this error comes from, such as `OOM`. Undefined when there is none. */
export function replyCode(error: unknown): string | undefined {
  return error instanceof Error ? (codeOf(error) ?? codeOf(error.cause)) : undefined
}

function codeOf(error: unknown): string | undefined {
  return error instanceof ErrorReply ? error.message.split(' ', 1)[0] : undefined
}

const RETRYABLE_CODES: ReadonlySet<string> = new Set([
  'OOM', // at maxmemory, and nothing may be evicted
  'MISCONF', // its disk is full or broken
  'READONLY', // a replica, while another takes over
  'NOREPLICAS', // fewer replicas than it must have
  'MASTERDOWN',
  'LOADING', // starting
  'BUSY', // somebody's script runs for seconds
  'CLUSTERDOWN',
  'TRYAGAIN',
  'NOGROUP', // wiped: the group is made again
  'UNBLOCKED', // the same, during a blocked read
])
