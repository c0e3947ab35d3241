import type { Clock } from '../base/clock.ts'
import { RateLimitedError } from '../base/errors.ts'
import type { Ask, Limit, RateLimiter } from '../limits/rate-limiter.ts'
import { waitForPlace } from '../limits/wait-for-place.ts'
import type { Model, Question, Usage } from './model.ts'
import { paidInVain } from './paid-in-vain.ts'

export interface RateLimitedModelOptions {
  readonly limiter: RateLimiter
  readonly clock: Clock
  /** Names the account whose limits these are; all models of it share them. What the provider tells is each model's own. */
  readonly key: string
  /** Absent: only what the provider tells us is obeyed. */
  readonly requestsPerMinute?: number
  readonly tokensPerMinute?: number
  /** About how many tokens a text has. */
  readonly estimateTokens: (text: string) => number
  /** Told before each wait, in milliseconds. */
  readonly onWait?: (waitMs: number) => void
}

const MINUTE_MS = 60_000

/** Longer waits give the whole run back to the queue, which costs no attempt and frees its worker. */
const MAX_WAIT_MS = 30_000

/** What an answer is taken to cost until it is there: a few findings. The rest is settled afterwards. */
const ANSWER_TOKENS = 500

/**
 * A model that is asked no faster than its account allows, by all processes together. What the provider says of its
 * limits is passed on to everyone who asks the same model: another one of the account has limits of its own there.
 */
export function rateLimitedModel(model: Model, options: RateLimitedModelOptions): Model {
  const { limiter, clock, key, requestsPerMinute, tokensPerMinute, estimateTokens, onWait } = options
  const limits: readonly Limit[] = [
    ...(requestsPerMinute === undefined
      ? []
      : [{ of: 'calls', max: requestsPerMinute, windowMs: MINUTE_MS } as const]),
    ...(tokensPerMinute === undefined
      ? []
      : [{ of: 'cost', max: tokensPerMinute, windowMs: MINUTE_MS } as const]),
  ]
  const told = `${key}/${model.id}`
  const unlessTold: Ask = { key: told, cost: 0, limits: [] }
  const waiting = {
    limiter,
    clock,
    maxWaitMs: MAX_WAIT_MS,
    what: `a question to ${model.id}`,
    ...(onWait && { onWait }),
  }

  return {
    id: model.id,
    async ask(question, signal) {
      const cost = tokensPerMinute === undefined ? 0 : costOf(question)
      await waitForTurn(cost, signal)
      try {
        const answer = await model.ask(question, signal)
        await settle(cost, answer.usage)
        return answer
      } catch (error) {
        const paid = paidInVain(error)
        if (paid) await settle(cost, paid.usage)
        if (error instanceof RateLimitedError) {
          await limiter.pause(told, { ms: error.retryAt.getTime() - clock.now().getTime(), slowMs: 0 })
        }
        throw error
      }
    },
  }

  async function waitForTurn(cost: number, signal: AbortSignal): Promise<void> {
    for (;;) {
      // First, so that a model that is not asked takes nothing of what its account may ask.
      await waitForPlace(unlessTold, waiting, signal)
      if (limits.length === 0) return
      const { place, hasWaited } = await waitForPlace({ key, cost, limits }, waiting, signal)
      if (!hasWaited || !(await isPaused(signal))) return
      await limiter.cancel(key, place)
    }
  }

  /** Whether somebody was told of a limit while we waited for something else. */
  async function isPaused(signal: AbortSignal): Promise<boolean> {
    const place = await limiter.reserve(unlessTold, undefined, signal)
    if (place.waitMs === 0) return false
    await limiter.cancel(told, place)
    return true
  }

  async function settle(cost: number, { inputTokens, outputTokens }: Usage): Promise<void> {
    if (tokensPerMinute !== undefined) await limiter.settle(key, inputTokens + outputTokens - cost)
  }

  function costOf({ system, prompt, maxOutputTokens }: Question): number {
    return estimateTokens(system) + estimateTokens(prompt) + Math.min(maxOutputTokens, ANSWER_TOKENS)
  }
}
