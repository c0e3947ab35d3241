import { PermanentError } from '../base/errors.ts'

/**
 * The text as it may be sent. Too long is the fault of whoever composed it, and GitHub would refuse it each time.
 * `what` is tried, in words that follow "could not". Half a surrogate pair, as a cut leaves it, becomes U+FFFD.
 */
export function checkBody(body: string, maxLength: number, what: string): string {
  const length = Array.from(body).length
  if (length > maxLength) {
    throw new PermanentError(
      `could not ${what}: its text has ${length} characters, GitHub takes ${maxLength}`,
    )
  }
  return Buffer.from(body).toString()
}
