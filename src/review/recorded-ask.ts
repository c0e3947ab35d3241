import type { Clock } from '../base/clock.ts'
import { errorMessage, isAbort } from '../base/errors.ts'
import type { Answer, Model, PaidInVain, Question } from '../llm/model.ts'
import type { Prices } from '../budget/prices.ts'
import { OverBudgetError } from '../llm/over-budget-error.ts'
import { allPaidInVain } from '../llm/paid-in-vain.ts'
import type { ModelCall } from './model-call.ts'

/** Asks on behalf of what `unit` names: the path of a unit's file, or what else the question covers. */
export type RecordedAsk = (question: Question, unit: string, signal: AbortSignal) => Promise<Answer>

const NOTHING_USED = { inputTokens: 0, cachedInputTokens: 0, outputTokens: 0 }

/**
 * Asks a model and tells the observer of each call, whatever became of it; `unit` says what the question covered. A question
 * that several models were paid for is a call of each. One for which there was no money is no call, and neither is one that
 * was broken off before anything was paid.
 */
export function recordedAsk(
  model: Model,
  { clock, prices }: { readonly clock: Clock; readonly prices?: Prices },
  onCall: (call: ModelCall) => void | Promise<void>,
): RecordedAsk {
  return async (question, unit, signal) => {
    const startMs = clock.now().getTime()
    const record = (
      call: Pick<ModelCall, 'model' | 'usage' | 'source' | 'cache' | 'outcome' | 'detail'>,
    ): void | Promise<void> => {
      const now = clock.now()
      const cost = prices?.costOf(call.model, call.usage, now)
      return onCall({
        ...call,
        detail: call.usage.isEstimated ? `${call.detail}, tokens estimated` : call.detail,
        ...(cost !== undefined && { cost }),
        purpose: question.purpose,
        unit,
        latencyMs: now.getTime() - startMs,
      })
    }
    const recordVain = async (all: readonly PaidInVain[], detail: string): Promise<void> => {
      for (const { model: paid, usage } of all) {
        await record({ model: paid, usage, source: 'model', outcome: 'unusable', detail })
      }
    }
    let answer: Answer
    try {
      answer = await model.ask(question, signal)
    } catch (error) {
      const paid = allPaidInVain(error)
      if (paid.length === 0 && (isAbort(error) || error instanceof OverBudgetError)) throw error
      const detail = errorMessage(error)
      await recordVain(paid, detail)
      if (paid.length === 0) {
        await record({ model: model.id, usage: NOTHING_USED, source: 'model', outcome: 'failed', detail })
      }
      throw error
    }
    await recordVain(answer.paidInVain ?? [], 'another model was asked after this one')
    await record({
      model: answer.model,
      usage: answer.usage,
      source: answer.source,
      ...(answer.cache && { cache: answer.cache }),
      outcome: 'answered',
      detail: answer.rawFinishReason,
    })
    return answer
  }
}
