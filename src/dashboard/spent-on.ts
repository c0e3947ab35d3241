import { microDollars, type MicroDollars } from '../budget/money.ts'
import type { ModelCall } from '../review/model-call.ts'

/** What the questions of a run cost, as far as their prices are known. */
export interface SpentOnRun {
  readonly paid: MicroDollars
  /** What the answers from the cache had cost. */
  readonly saved: MicroDollars
  /** Questions that used tokens at a price that nobody knows: what they cost comes on top. */
  readonly unknown: number
}

export function spentOn(calls: readonly Pick<ModelCall, 'source' | 'cost' | 'usage'>[]): SpentOnRun {
  const of = (source: ModelCall['source']): MicroDollars =>
    microDollars(calls.reduce((sum, call) => sum + (call.source === source ? (call.cost ?? 0) : 0), 0))
  const unknown = calls.filter(
    ({ cost, usage }) => cost === undefined && usage.inputTokens + usage.outputTokens > 0,
  )
  return { paid: of('model'), saved: of('cache'), unknown: unknown.length }
}
