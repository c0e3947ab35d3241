import type { Clock } from '../base/clock.ts'
import { errorKind, RateLimitedError } from '../base/errors.ts'
import { backoffMs, type RetryPolicy } from '../queue/retry-policy.ts'
import type { Model, PaidInVain } from './model.ts'
import { abortAfterPaying, afterPaying, paidInVain } from './paid-in-vain.ts'
import { sumUsage } from './sum-usage.ts'
import { UnusableAnswerError } from './unusable-answer-error.ts'

export interface RetryingOptions {
  readonly clock: Clock
  /** A number in [0, 1). */
  readonly random: () => number
  readonly policy?: RetryPolicy
  /** Rate limits are waited for as long as one question waits no longer than this in all; beyond, the job goes back. */
  readonly maxRateLimitWaitMs?: number
}

/** A shorter breath than the queue's, which starts the whole run again. */
const questionRetryPolicy: RetryPolicy = { maxAttempts: 3, baseDelayMs: 500, maxDelayMs: 8_000 }

/**
 * A model that is asked again: after what may pass by itself with backoff and full jitter, after a rate limit at its
 * reset when that is near, and once, at once, after an answer that cannot be used. A refusal would come again, and so
 * would an answer that was cut off: whoever asked keeps what came, and asks for less.
 * What a discarded answer cost is added to the usage of the one returned; an error that is thrown tells of it (`paidInVain`).
 */
export function retryingModel(model: Model, options: RetryingOptions): Model {
  const { clock, random, policy = questionRetryPolicy, maxRateLimitWaitMs = 30_000 } = options
  return {
    id: model.id,
    async ask(question, signal) {
      let discarded: UnusableAnswerError | undefined
      let waitedMs = 0

      /** Milliseconds until the next attempt; undefined when there is none. */
      function delayMs(error: unknown, attempt: number): number | undefined {
        if (attempt >= policy.maxAttempts) return undefined
        if (error instanceof UnusableAnswerError) return isFinal(error) || discarded ? undefined : 0
        if (errorKind(error) === 'retryable') return backoffMs(attempt, random, policy)
        if (!(error instanceof RateLimitedError)) return undefined
        const waitMs = Math.max(0, error.retryAt.getTime() - clock.now().getTime())
        waitedMs += waitMs
        return waitedMs <= maxRateLimitWaitMs ? waitMs : undefined
      }

      function paidUntil(error: unknown): PaidInVain | undefined {
        const paid = paidInVain(error)
        return paid && discarded
          ? { ...paid, usage: sumUsage(discarded.usage, paid.usage) }
          : (paid ?? discarded)
      }

      for (let attempt = 1; ; attempt++) {
        try {
          const answer = await model.ask(question, signal)
          return discarded ? { ...answer, usage: sumUsage(discarded.usage, answer.usage) } : answer
        } catch (error) {
          if (signal.aborted) throw abortAfterPaying(signal, paidUntil(error))
          const waitMs = delayMs(error, attempt)
          if (waitMs === undefined) throw afterPaying(error, paidUntil(error))
          if (error instanceof UnusableAnswerError) discarded = error
          await clock.sleep(waitMs, signal).catch(() => {
            throw abortAfterPaying(signal, discarded)
          })
        }
      }
    },
  }
}

function isFinal({ problem }: UnusableAnswerError): boolean {
  return problem === 'refused' || problem === 'truncated'
}
