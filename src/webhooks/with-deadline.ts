import { RetryableError } from '../base/errors.ts'

/**
 * What `work` resolves to, or a retryable error with the message when it takes longer than `ms`. The work itself goes on:
 * nobody hears of its end. A plain timer: an abort signal for each delivery cost as much as parsing it.
 */
export function withDeadline<Result>(work: Promise<Result>, ms: number, message: string): Promise<Result> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new RetryableError(message)), ms)
    work.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
