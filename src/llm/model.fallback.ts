import { errorKind, RateLimitedError } from '../base/errors.ts'
import { BudgetAwayError } from './budget-away-error.ts'
import { BudgetBusyError } from './budget-busy-error.ts'
import type { Model, PaidInVain } from './model.ts'
import { ModelUnavailableError } from './model-unavailable-error.ts'
import { abortAfterPaying, afterPayingOthers, paidInVain } from './paid-in-vain.ts'
import { UnusableAnswerError } from './unusable-answer-error.ts'

/**
 * Models in the order in which they are asked: when one is out, limited or refused to us, the next is. Which one
 * answered, its answer says. A question that is itself at fault (too long, for one) goes to no other model, and neither does
 * one that waits for money, or for the store that counts it.
 *
 * When none answers, the error is the kindest of theirs: the earliest time to come again, if any of them named one.
 * Answer and error tell of what the others were paid in vain.
 */
export function fallbackModel([first, ...others]: readonly [Model, ...Model[]]): Model {
  if (others.length === 0) return first
  return {
    id: first.id,
    async ask(question, signal) {
      const failures: unknown[] = []
      for (const model of [first, ...others]) {
        try {
          const answer = await model.ask(question, signal)
          const paid = paidUntil(failures)
          return paid.length > 0 ? { ...answer, paidInVain: paid } : answer
        } catch (error) {
          const paid = paidUntil(failures)
          if (signal.aborted) throw abortAfterPaying(signal, paidInVain(error), paid)
          if (!isOutage(error)) throw afterPayingOthers(error, paid)
          failures.push(error)
        }
      }
      const limits = failures.filter((error) => error instanceof RateLimitedError)
      const [earliest] = limits.toSorted((a, b) => a.retryAt.getTime() - b.retryAt.getTime())
      const kindest = earliest ?? failures[0]
      throw afterPayingOthers(kindest, paidUntil(failures.filter((failure) => failure !== kindest)))
    },
  }
}

function paidUntil(failures: readonly unknown[]): readonly PaidInVain[] {
  return failures.flatMap((failure) => paidInVain(failure) ?? [])
}

function isOutage(error: unknown): boolean {
  if (error instanceof UnusableAnswerError) return false
  if (error instanceof BudgetBusyError || error instanceof BudgetAwayError) return false
  const kind = errorKind(error)
  return kind === 'retryable' || kind === 'rate-limited' || error instanceof ModelUnavailableError
}
