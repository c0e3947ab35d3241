import { inspect } from 'node:util'

/**
 * An error's kind answers one question: what should the caller do now?
 * The adapter that saw the cause decides the kind; only the retry policy of the queue reads it.
 */

/** Trying again cannot help: a wrong setting, a thing that is gone, an input that will never fit. */
export class PermanentError extends Error {
  readonly kind = 'permanent'
  override name = 'PermanentError'
}

/** It may pass by itself: a time-out, a server fault, a lost connection. */
export class RetryableError extends Error {
  readonly kind = 'retryable'
  override name = 'RetryableError'
}

/** Who was asked is there, but had no room for this call: a lock held too long, a deadlock, no connection free. */
export class BusyError extends RetryableError {
  override name = 'BusyError'
}

/** An attempt could not even begin, for what all work stands on is away. It costs none, and is tried again soon. */
export class NotBegunError extends RetryableError {
  override name = 'NotBegunError'
}

/** The other side told us to wait. Waiting costs no attempt. */
export class RateLimitedError extends Error {
  readonly kind = 'rate-limited'
  override name = 'RateLimitedError'
  /** The earliest time at which the call may be made again. */
  readonly retryAt: Date

  constructor(message: string, retryAt: Date, options?: ErrorOptions) {
    super(message, options)
    this.retryAt = retryAt
  }
}

export type ErrorKind = 'permanent' | 'retryable' | 'rate-limited' | 'aborted' | 'unknown'

/** The kind of anything that was thrown. An abort is not a failure, so it has a kind of its own. */
export function errorKind(error: unknown): ErrorKind {
  if (isAbort(error)) return 'aborted'
  if (error instanceof Error && 'kind' in error) {
    const { kind } = error
    if (kind === 'permanent' || kind === 'retryable' || kind === 'rate-limited') return kind
  }
  return 'unknown'
}

/** Whether this is the error of an aborted `AbortSignal` (or wraps one, as `fetch` does). */
export function isAbort(error: unknown): boolean {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 8; cause = cause.cause, depth++) {
    if (cause.name === 'AbortError') return true
  }
  return false
}

/** One line with the message of an error and of each of its causes, for logs, dead letters and people. */
export function errorMessage(error: unknown): string {
  const messages: string[] = []
  for (let cause = error, depth = 0; cause !== undefined && cause !== null && depth < 8; depth++) {
    const message = cause instanceof Error ? cause.message || cause.name : inspectShort(cause)
    if (messages.at(-1) !== message) messages.push(message)
    cause = cause instanceof Error ? cause.cause : undefined
  }
  return messages.join(': ')
}

function inspectShort(value: unknown): string {
  return typeof value === 'string' ? value : inspect(value, { depth: 1, breakLength: Infinity })
}
