import type { Usage } from './model.ts'
import { UnusableAnswerError } from './unusable-answer-error.ts'

/** What a question without an answer that can be used had cost. */
export interface PaidInVain {
  /** `provider/model` that was paid. */
  readonly model: string
  readonly usage: Usage
}

/** Beside the errors, for each keeps its class, which says what to do now. */
const paidBefore = new WeakMap<Error, PaidInVain>()

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

/** Why a question was broken off, with what was paid until then. The reason itself is shared with all that end by it. */
export function abortAfterPaying(signal: AbortSignal, paid: PaidInVain | undefined): unknown {
  if (!paid) return signal.reason
  return afterPaying(new Error('broken off after an answer was paid', { cause: signal.reason }), paid)
}
