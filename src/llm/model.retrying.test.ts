import { getEventListeners } from 'node:events'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { openLlmEmulator, type LlmEmulator } from '../../emulators/llm/llm-emulator.ts'
import type { ScriptedAnswer } from '../../emulators/llm/scripted-answer.ts'
import { systemClock, type Clock } from '../base/clock.ts'
import { errorKind, errorMessage } from '../base/errors.ts'
import { openModel } from './model.ai-sdk.ts'
import { retryingModel } from './model.retrying.ts'
import type { Answer, Question } from './model.ts'

let emulator: LlmEmulator
let slept: number[]
let now: number

beforeEach(async () => {
  slept = []
  now = Date.parse('2026-01-01T00:00:00Z')
  emulator = await openLlmEmulator()
})
afterEach(() => emulator.close())

/** Passes the time that is slept at once. */
const clock: Clock = {
  now: () => new Date(now),
  sleep: (ms, signal) => {
    signal?.throwIfAborted()
    slept.push(ms)
    now += ms
    return Promise.resolve()
  },
}

const question: Question = {
  purpose: 'find',
  system: 'Answer in JSON.',
  prompt: 'Are you there?',
  answer: { name: 'probe', description: 'Whether it works.', schema: z.object({ ok: z.boolean() }) },
  maxOutputTokens: 50,
}

const usage = { inputTokens: 100, cachedInputTokens: 40, outputTokens: 10 }
const good: ScriptedAnswer = { kind: 'json', value: { ok: true }, usage }
const garbage: ScriptedAnswer = { kind: 'text', text: 'no', usage }
const broken: ScriptedAnswer = { kind: 'fault', fault: 'server-error' }
const limited = (seconds: number): ScriptedAnswer => ({
  kind: 'fault',
  fault: 'rate-limited',
  headers: { 'retry-after': String(seconds) },
})

/** Asks one question of a server that answers as scripted, at half the longest delay. */
async function ask(...scripts: readonly ScriptedAnswer[]): Promise<Answer> {
  emulator.answerNext(...scripts)
  const { baseUrl } = emulator
  const model = openModel({
    provider: 'openai',
    model: 'gpt-5.2',
    apiKey: 'k',
    baseUrl,
    timeoutMs: 20_000,
    clock,
  })
  return retryingModel(model, { clock, random: () => 0.5 }).ask(question, new AbortController().signal)
}

test('what passes by itself is asked again, later each time', async () => {
  expect(await ask(broken, { kind: 'reset' }, good)).toMatchObject({ value: { ok: true }, usage })
  expect(slept).toEqual([250, 500])
})

test('what does not pass is given up after three requests', async () => {
  const error = await ask(broken, broken, broken, good).catch((thrown: unknown) => thrown)
  expect([errorKind(error), errorMessage(error)]).toEqual(['retryable', expect.stringContaining('500')])
  expect(emulator.requests()).toHaveLength(3)
})

test.each(['bad-key', 'context-too-long', 'quota-gone'] as const)('%s is not asked again', async (fault) => {
  expect(await ask({ kind: 'fault', fault }, good).catch(errorKind)).toBe('permanent')
  expect(emulator.requests()).toHaveLength(1)
})

test('a rate limit with a near reset is waited for', async () => {
  expect(await ask(limited(20), good)).toMatchObject({ value: { ok: true } })
  expect(slept).toEqual([20_000])
})

test('a rate limit with a far reset is thrown on, with its time', async () => {
  const retryAt = new Date(now + 31_000)
  await expect(ask(limited(31), good)).rejects.toMatchObject({ kind: 'rate-limited', retryAt })
  expect([slept, emulator.requests().length]).toEqual([[], 1])
})

test('rate limits of one question are waited for no longer than the bound in all', async () => {
  await expect(ask(limited(20), limited(20), good)).rejects.toMatchObject({ kind: 'rate-limited' })
  expect([slept, emulator.requests().length]).toEqual([[20_000], 2])
})

test('a server that always says "at once" is not asked for ever', async () => {
  await expect(ask(limited(0), limited(0), limited(0), good)).rejects.toMatchObject({ kind: 'rate-limited' })
  expect(emulator.requests()).toHaveLength(3)
})

test('an unusable answer is asked for once more, and both are paid', async () => {
  const both = { inputTokens: 200, cachedInputTokens: 80, outputTokens: 20 }
  expect(await ask(garbage, good)).toMatchObject({ value: { ok: true }, usage: both })
})

test('a second unusable answer is thrown, with what both cost', async () => {
  const both = { inputTokens: 200, cachedInputTokens: 80, outputTokens: 20 }
  await expect(ask(garbage, garbage, good)).rejects.toMatchObject({
    problem: 'garbage',
    text: 'no',
    usage: both,
  })
  expect(emulator.requests()).toHaveLength(2)
})

test('a refusal is not asked for again', async () => {
  await expect(ask({ kind: 'refusal' }, good)).rejects.toMatchObject({ problem: 'refused' })
  expect(emulator.requests()).toHaveLength(1)
})

test('an answer that was cut off is not asked for again: whoever asked keeps what came', async () => {
  const cut = { kind: 'text', text: '{"ok": tr', finish: 'length' } as const
  await expect(ask(cut, good)).rejects.toMatchObject({ problem: 'truncated', text: '{"ok": tr' })
  expect(emulator.requests()).toHaveLength(1)
})

test('an abort ends the wait before the next attempt, and leaves no listener', async () => {
  const controller = new AbortController()
  emulator.answerNext(limited(25), good)
  const { baseUrl } = emulator
  const model = openModel({ provider: 'openai', model: 'gpt-5.2', apiKey: 'k', baseUrl, timeoutMs: 20_000 })
  const outcome = retryingModel(model, { clock: systemClock, random: () => 0.5 })
    .ask(question, controller.signal)
    .catch(errorKind)
  await expect.poll(() => emulator.requests()).toMatchObject([{ outcome: 'answered' }])
  controller.abort()
  expect(await outcome).toBe('aborted')
  expect(emulator.requests()).toHaveLength(1)
  expect(getEventListeners(controller.signal, 'abort')).toEqual([])
})
