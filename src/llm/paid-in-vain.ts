import type { PaidInVain } from './model.ts'
import { UnusableAnswerError } from './unusable-answer-error.ts'

/** Beside the errors, for each keeps its class, which says what to do now. */
const paidBefore = new WeakMap<Error, PaidInVain>()

/** The same of the other models that were asked. */
const paidToOthers = new WeakMap<Error, readonly PaidInVain[]>()

/** What was paid until this error ended a question, also where another error stands around it. */
export function paidInVain(error: unknown): PaidInVain | undefined {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 8; cause = cause.cause, depth++) {
    const paid = cause instanceof UnusableAnswerError ? cause : paidBefore.get(cause)
    if (paid) return paid
  }
  return undefined
}

/** The same error, of the same kind, which tells of what was paid until it came. */
export function afterPaying(error: unknown, paid: PaidInVain | undefined): unknown {
  if (!paid || paid === error || !(error instanceof Error)) return error
  if (error instanceof UnusableAnswerError) {
    const { problem, message, text, model } = error
    return new UnusableAnswerError(problem, message, { text, model, usage: paid.usage })
  }
  paidBefore.set(error, paid)
  return error
}

/** All that was paid until this error ended a question which went to several models: of each what it had cost. */
export function allPaidInVain(error: unknown): readonly PaidInVain[] {
  const own = paidInVain(error)
  const others = error instanceof Error ? (paidToOthers.get(error) ?? []) : []
  return own ? [...others, own] : others
}

/** The same error, which tells of what other models were paid, too. */
export function afterPayingOthers(error: unknown, others: readonly PaidInVain[]): unknown {
  if (others.length > 0 && error instanceof Error) paidToOthers.set(error, others)
  return error
}

/** Why a question was broken off, with what was paid until then. The reason itself is shared with all that end by it. */
export function abortAfterPaying(
  signal: AbortSignal,
  paid: PaidInVain | undefined,
  others: readonly PaidInVain[] = [],
): unknown {
  if (!paid && others.length === 0) return signal.reason
  const error = new Error('broken off after an answer was paid', { cause: signal.reason })
  return afterPayingOthers(afterPaying(error, paid), others)
}
