import { afterEach, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { openLlmEmulator, type LlmEmulator } from '../../emulators/llm/llm-emulator.ts'
import { createManualClock, type ManualClock } from '../../test/manual-clock.ts'
import { RateLimitedError } from '../base/errors.ts'
import { createProcessRateLimiter } from '../limits/rate-limiter.process.ts'
import type { RateLimiter } from '../limits/rate-limiter.ts'
import { openModel } from './model.ai-sdk.ts'
import { rateLimitedModel, type RateLimitedModelOptions } from './model.rate-limited.ts'
import type { Model, Question } from './model.ts'
import { UnusableAnswerError } from './unusable-answer-error.ts'

const signal = new AbortController().signal
const question: Question = {
  purpose: 'find',
  system: 'Rules.',
  prompt: 'A change.',
  answer: { name: 'findings', description: 'Findings', schema: z.object({ findings: z.array(z.string()) }) },
  maxOutputTokens: 1_000,
}

let emulator: LlmEmulator
let clock: ManualClock
let limiter: RateLimiter
let waits: number[]

beforeEach(async () => {
  emulator = await openLlmEmulator({ answer: () => ({ kind: 'json', value: { findings: [] } }) })
  clock = createManualClock()
  limiter = createProcessRateLimiter(clock)
  waits = []
})
afterEach(() => emulator.close())

/** Another process of the same account, as far as the limiter knows. */
function open(options: Partial<RateLimitedModelOptions> = {}, name = 'large'): Model {
  const model = openModel({
    provider: 'openai',
    model: name,
    apiKey: 'sk-test',
    baseUrl: emulator.baseUrl,
    timeoutMs: 10_000,
    clock,
  })
  return rateLimitedModel(model, {
    limiter,
    clock,
    key: 'model:openai',
    estimateTokens: (text) => text.length,
    onWait: (waitMs) => waits.push(waitMs),
    ...options,
  })
}

test('no more questions in a minute than the account allows: one too many goes back with the time to come again', async () => {
  const [one, other] = [open({ requestsPerMinute: 2 }), open({ requestsPerMinute: 2 })]
  await one.ask(question, signal)
  await other.ask(question, signal)
  const refused = await one.ask(question, signal).catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(RateLimitedError)
  expect(emulator.requests().length).toBe(2)
  clock.advance(61_000)
  await other.ask(question, signal)
  expect(emulator.requests().length).toBe(3)
})

test('a place that is near is waited for', async () => {
  const model = open({ requestsPerMinute: 1 })
  await model.ask(question, signal)
  clock.advance(40_000)
  const answer = model.ask(question, signal)
  await clock.sleepers(1)
  expect(waits).toEqual([21_000])
  clock.advance(21_000)
  await expect(answer).resolves.toMatchObject({ finishReason: 'stop' })
})

test('tokens are counted by an estimate first, and by the usage afterwards', async () => {
  const estimated = question.system.length + question.prompt.length + 500
  const model = open({ tokensPerMinute: 2 * estimated - 1 })
  const { usage } = await model.ask(question, signal)
  expect(usage.inputTokens + usage.outputTokens).toBeLessThan(estimated - 1)
  await model.ask(question, signal)
  expect(waits).toEqual([])
})

test('tokens of an answer that cannot be used are counted by its usage, too', async () => {
  const estimated = question.system.length + question.prompt.length + 500
  const model = open({ tokensPerMinute: 2 * estimated - 1 })
  emulator.answerNext({ kind: 'text', text: 'Looks good to me' })
  await expect(model.ask(question, signal)).rejects.toBeInstanceOf(UnusableAnswerError)
  await model.ask(question, signal)
  expect(waits).toEqual([])
})

test('a limit that one process is told of holds for all', async () => {
  const [one, other] = [open(), open()]
  emulator.answerNext({ kind: 'fault', fault: 'rate-limited', headers: { 'retry-after': '90' } })
  await expect(one.ask(question, signal)).rejects.toBeInstanceOf(RateLimitedError)
  await expect(other.ask(question, signal)).rejects.toBeInstanceOf(RateLimitedError)
  expect(emulator.requests().length).toBe(1)
  clock.advance(90_000)
  await expect(other.ask(question, signal)).resolves.toMatchObject({ finishReason: 'stop' })
})

test('a limit that is told of while a place is waited for holds, too, and the place is given back', async () => {
  const [waiter, other] = [open({ requestsPerMinute: 1 }), open()]
  await waiter.ask(question, signal)
  clock.advance(40_000)
  const refused = waiter.ask(question, signal).catch((error: unknown) => error)
  await clock.sleepers(1)
  emulator.answerNext({ kind: 'fault', fault: 'rate-limited', headers: { 'retry-after': '60' } })
  await expect(other.ask(question, signal)).rejects.toBeInstanceOf(RateLimitedError)
  clock.advance(21_000)
  expect(await refused).toBeInstanceOf(RateLimitedError)
  expect(emulator.requests().length).toBe(2)
  clock.advance(39_000)
  await expect(waiter.ask(question, signal)).resolves.toMatchObject({ finishReason: 'stop' })
  expect(waits).toEqual([21_000])
})

test('a limit that the provider tells of is that of one model: another one of the account is asked', async () => {
  const [large, small] = [open({ requestsPerMinute: 3 }), open({ requestsPerMinute: 3 }, 'small')]
  emulator.answerNext({ kind: 'fault', fault: 'rate-limited', headers: { 'retry-after': '90' } })
  await expect(large.ask(question, signal)).rejects.toBeInstanceOf(RateLimitedError)
  await expect(large.ask(question, signal)).rejects.toBeInstanceOf(RateLimitedError)
  await expect(small.ask(question, signal)).resolves.toMatchObject({ model: 'openai/small' })
  await expect(small.ask(question, signal)).resolves.toMatchObject({ model: 'openai/small' })
  expect(emulator.requests().length).toBe(3)
  // What the account may ask in a minute all its models share, and one that is not asked takes nothing of it.
  await expect(small.ask(question, signal)).rejects.toBeInstanceOf(RateLimitedError)
})
