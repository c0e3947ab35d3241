import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { openLlmEmulator, type LlmEmulator } from '../../emulators/llm/llm-emulator.ts'
import type { ScriptedAnswer } from '../../emulators/llm/scripted-answer.ts'
import { createManualClock, type ManualClock } from '../../test/manual-clock.ts'
import { errorKind, RateLimitedError } from '../base/errors.ts'
import { openModel } from './model.ai-sdk.ts'
import { breakingModel } from './model.breaking.ts'
import { fallbackModel } from './model.fallback.ts'
import type { Answer, Model, Question } from './model.ts'

const signal = new AbortController().signal
const question: Question = {
  purpose: 'find',
  system: 'Rules.',
  prompt: 'A change.',
  answer: { name: 'findings', description: 'Findings', schema: z.object({ findings: z.array(z.string()) }) },
  maxOutputTokens: 1_000,
}
const good: ScriptedAnswer = { kind: 'json', value: { findings: [] } }
const out: ScriptedAnswer = { kind: 'fault', fault: 'overloaded' }

let large: LlmEmulator
let small: LlmEmulator
let clock: ManualClock

beforeEach(async () => {
  large = await openLlmEmulator({ answer: () => good })
  small = await openLlmEmulator({ answer: () => good })
  clock = createManualClock()
})
afterEach(() => Promise.all([large.close(), small.close()]))

function open(emulator: LlmEmulator, model: string): Model {
  const { baseUrl } = emulator
  return openModel({ provider: 'openai', model, apiKey: 'sk-test', baseUrl, timeoutMs: 10_000, clock })
}

async function kindOf(answer: Promise<Answer>): Promise<string> {
  return await answer.then(
    ({ model }) => model,
    (error: unknown) => errorKind(error),
  )
}

describe('a model that is out', () => {
  test('is left alone after some failures, tried by one question after a while, and asked again when it is back', async () => {
    const told: string[] = []
    const model = breakingModel(open(large, 'large'), {
      clock,
      onOpen: ({ needsPerson }) => told.push(needsPerson ? 'refused' : 'out'),
      onClose: () => told.push('back'),
    })
    large.answerNext(out, out, out, out)
    for (let i = 0; i < 3; i++) expect(await kindOf(model.ask(question, signal))).toBe('retryable')
    expect(await kindOf(model.ask(question, signal))).toBe('rate-limited')
    expect(large.requests()).toHaveLength(3)
    clock.advance(30_000)
    const all = await Promise.all([1, 2, 3].map(() => kindOf(model.ask(question, signal))))
    expect(all).toEqual(['rate-limited', 'rate-limited', 'rate-limited'])
    expect(large.requests()).toHaveLength(4)
    // Twice as long as before.
    clock.advance(59_999)
    expect(await kindOf(model.ask(question, signal))).toBe('rate-limited')
    expect(large.requests()).toHaveLength(4)
    clock.advance(1)
    expect(await kindOf(model.ask(question, signal))).toBe('openai/large')
    expect(await kindOf(model.ask(question, signal))).toBe('openai/large')
    expect(told).toEqual(['out', 'out', 'back'])
  })

  test.each([-3_600_000, 3_600_000])(
    'is left alone no shorter and no longer when the clock is set by %d ms meanwhile',
    async (ms) => {
      const model = breakingModel(open(large, 'large'), { clock })
      large.answerNext(out, out, out)
      for (let i = 0; i < 3; i++) await kindOf(model.ask(question, signal))
      clock.jump(ms)
      const refused = await model.ask(question, signal).catch((error: unknown) => error)
      expect(refused).toMatchObject({ retryAt: new Date(clock.now().getTime() + 30_000) })
      clock.advance(30_000)
      expect(await kindOf(model.ask(question, signal))).toBe('openai/large')
    },
  )

  test('for a day no longer makes whoever tries wait: it may be the question', async () => {
    const model = breakingModel(open(large, 'large'), { clock })
    large.answerNext(...Array.from({ length: 400 }, () => out))
    for (let i = 0; i < 3; i++) await kindOf(model.ask(question, signal))
    let kind = 'rate-limited'
    let minutes = 0
    for (; kind === 'rate-limited' && minutes < 3_000; minutes += 5) {
      clock.advance(300_000)
      kind = await kindOf(model.ask(question, signal))
    }
    expect([kind, minutes]).toEqual(['retryable', 24 * 60])
  })

  test.each(['bad-key', 'quota-gone', 'no-such-model', 'forbidden'] as const)(
    'by a refusal of the account (%s): runs wait and are not given up, and a person is told',
    async (fault) => {
      const told: boolean[] = []
      const model = breakingModel(open(large, 'large'), {
        clock,
        onOpen: ({ needsPerson }) => told.push(needsPerson),
      })
      large.answerNext({ kind: 'fault', fault })
      const refused = await model.ask(question, signal).catch((error: unknown) => error)
      expect(refused).toBeInstanceOf(RateLimitedError)
      expect(await kindOf(model.ask(question, signal))).toBe('rate-limited')
      expect(large.requests()).toHaveLength(1)
      expect(told).toEqual([true])
      clock.advance(300_000)
      expect(await kindOf(model.ask(question, signal))).toBe('openai/large')
    },
  )

  test('by a refusal of the account that many questions meet at once: a person is told once', async () => {
    const told: boolean[] = []
    const model = breakingModel(open(large, 'large'), {
      clock,
      onOpen: ({ needsPerson }) => told.push(needsPerson),
    })
    const refused: ScriptedAnswer = { kind: 'fault', fault: 'quota-gone' }
    large.answerNext(refused, refused, refused)
    const all = await Promise.all([1, 2, 3].map(() => kindOf(model.ask(question, signal))))
    expect(all).toEqual(['rate-limited', 'rate-limited', 'rate-limited'])
    expect(told).toEqual([true])
    clock.advance(300_000)
    expect(await kindOf(model.ask(question, signal))).toBe('openai/large')
  })

  test('is not one that answers badly, or that limits its rate', async () => {
    const model = breakingModel(open(large, 'large'), { clock })
    const bad: ScriptedAnswer = { kind: 'text', text: 'Looks good to me' }
    const limited: ScriptedAnswer = { kind: 'fault', fault: 'rate-limited', headers: { 'retry-after': '1' } }
    large.answerNext(out, out, bad, out, out, limited)
    for (let i = 0; i < 6; i++) await kindOf(model.ask(question, signal))
    expect(await kindOf(model.ask(question, signal))).toBe('openai/large')
  })
})

describe('a list of models', () => {
  const both = (): Model => fallbackModel([open(large, 'large'), open(small, 'small')])

  test.each<[string, ScriptedAnswer]>([
    ['is out', out],
    ['breaks off', { kind: 'reset' }],
    ['limits our rate', { kind: 'fault', fault: 'rate-limited', headers: { 'retry-after': '60' } }],
    ['has no quota left for us', { kind: 'fault', fault: 'quota-gone' }],
    ['is retired', { kind: 'fault', fault: 'no-such-model' }],
  ])('asks the next when the first %s, and says which one answered', async (_what, answer) => {
    large.answerNext(answer)
    expect(await kindOf(both().ask(question, signal))).toBe('openai/small')
    expect(await kindOf(both().ask(question, signal))).toBe('openai/large')
  })

  test('asks nobody else when the question is at fault, or the answer is bad', async () => {
    large.answerNext({ kind: 'fault', fault: 'context-too-long' }, { kind: 'text', text: 'Looks good to me' })
    expect(await kindOf(both().ask(question, signal))).toBe('permanent')
    expect(await kindOf(both().ask(question, signal))).toBe('retryable')
    expect(small.requests()).toHaveLength(0)
  })

  test('with nobody left says when to come again, the earliest of what they said', async () => {
    const limited = (seconds: number): ScriptedAnswer => ({
      kind: 'fault',
      fault: 'rate-limited',
      headers: { 'retry-after': String(seconds) },
    })
    large.answerNext(limited(90), out)
    small.answerNext(limited(30), out)
    const error = await both()
      .ask(question, signal)
      .catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(RateLimitedError)
    const { retryAt } = error as RateLimitedError // as the line above says
    expect(retryAt.getTime() - clock.now().getTime()).toBe(30_000)
    expect(await kindOf(both().ask(question, signal))).toBe('retryable')
  })

  test('of one is that one', () => {
    const only = open(large, 'large')
    expect(fallbackModel([only])).toBe(only)
  })

  test('stops at an abort', async () => {
    large.answerNext({ kind: 'hang' })
    const stopping = new AbortController()
    const answer = kindOf(both().ask(question, stopping.signal))
    stopping.abort()
    expect(await answer).toBe('aborted')
    expect(small.requests()).toHaveLength(0)
  })
})
