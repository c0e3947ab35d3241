import { RetryableError } from '../base/errors.ts'

/** The cache answers, and has no room for anything new. What it has kept can still be found. */
export class CacheFullError extends RetryableError {
  override name = 'CacheFullError'
}
