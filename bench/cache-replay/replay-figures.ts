import type { Usage } from '../../src/llm/model.ts'
import type { ModelCall } from '../../src/review/model-call.ts'
import { whyMissed, type MissReason } from './why-missed.ts'

/** Money of a usage, in micro-dollars. */
export type CostOf = (usage: Usage) => number

/** One review of a push after the first, with all that was asked for its pull request before. */
export interface LaterPush {
  readonly calls: readonly ModelCall[]
  readonly before: readonly ModelCall[]
}

/** Shares from 0 to 1. */
export interface ReplayFigures {
  readonly pushes: number
  readonly calls: { readonly asked: number; readonly known: number; readonly share: number }
  readonly tokens: { readonly asked: number; readonly known: number; readonly share: number }
  readonly microDollars: { readonly asked: number; readonly saved: number; readonly share: number }
  /** Paid questions and their tokens, by why. */
  readonly misses: Readonly<Partial<Record<MissReason, { readonly calls: number; readonly tokens: number }>>>
}

export function replayFigures(pushes: readonly LaterPush[], costOf: CostOf): ReplayFigures {
  const all = pushes.flatMap(({ calls }) => calls)
  const known = all.filter(({ source }) => source === 'cache')
  const tokensOf = (calls: readonly ModelCall[]): number =>
    calls.reduce((sum, { usage }) => sum + usage.inputTokens + usage.outputTokens, 0)
  const moneyOf = (calls: readonly ModelCall[]): number =>
    Math.round(calls.reduce((sum, { usage }) => sum + costOf(usage), 0))
  const misses: Partial<Record<MissReason, { calls: number; tokens: number }>> = {}
  for (const { calls, before } of pushes) {
    for (const call of calls) {
      if (call.source === 'cache') continue
      const reason = whyMissed(call, before)
      const counted = (misses[reason] ??= { calls: 0, tokens: 0 })
      counted.calls += 1
      counted.tokens += tokensOf([call])
    }
  }
  const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole)
  const [tokens, knownTokens] = [tokensOf(all), tokensOf(known)]
  const [money, saved] = [moneyOf(all), moneyOf(known)]
  return {
    pushes: pushes.length,
    calls: { asked: all.length, known: known.length, share: share(known.length, all.length) },
    tokens: { asked: tokens, known: knownTokens, share: share(knownTokens, tokens) },
    microDollars: { asked: money, saved, share: share(saved, money) },
    misses,
  }
}
