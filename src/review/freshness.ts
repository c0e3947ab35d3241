import type { Clock } from '../base/clock.ts'
import { RetryableError } from '../base/errors.ts'

/**
 * A request that writes leaves at most this long after the store was asked whether this attempt holds the run: much less
 * than the rest of a lease, so that no other attempt can have looked meanwhile and found nothing.
 */
const FRESH_MS = 2_000

/**
 * Whether what the store said is recent enough to act on. A process that stood still (a machine that swapped, a laptop
 * that slept) goes on with an answer that was true when it was given: by now another attempt may have written.
 */
export interface Freshness {
  /** Asks the store. The time counts from the question, for the answer may have waited. */
  asking<Answer>(ask: () => Promise<Answer>): Promise<Answer>
  /** Throws a retryable error when the last answer is not fresh any more. */
  check(): void
}

export function createFreshness(clock: Clock): Freshness {
  let askedAtMs = -Infinity

  function check(): void {
    const ageMs = clock.now().getTime() - askedAtMs
    if (ageMs <= FRESH_MS) return
    throw new RetryableError(`nothing was posted: ${ageMs} ms passed since the store was asked`)
  }

  return {
    asking: async (ask) => {
      const startedAtMs = clock.now().getTime()
      const answer = await ask()
      askedAtMs = startedAtMs
      check()
      return answer
    },
    check,
  }
}
