import { afterEach, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { openLlmEmulator, type LlmEmulator } from '../../emulators/llm/llm-emulator.ts'
import type { ScriptedAnswer } from '../../emulators/llm/scripted-answer.ts'
import { createManualClock } from '../../test/manual-clock.ts'
import { estimatingModel } from '../budget/model.estimating.ts'
import { ownPrices, withOwnPrices } from '../budget/own-prices.ts'
import { createListPrices } from '../budget/prices.genai-prices.ts'
import { openModel } from '../llm/model.ai-sdk.ts'
import { breakingModel } from '../llm/model.breaking.ts'
import { fallbackModel } from '../llm/model.fallback.ts'
import { retryingModel } from '../llm/model.retrying.ts'
import type { Model, Question } from '../llm/model.ts'
import type { ModelCall } from './model-call.ts'
import { recordedAsk } from './recorded-ask.ts'

const question: Question = {
  purpose: 'find',
  system: 'Rules.',
  prompt: 'A change.',
  answer: { name: 'findings', description: 'Findings', schema: z.object({ findings: z.array(z.string()) }) },
  maxOutputTokens: 1_000,
}
const usage = { inputTokens: 1_000_000, cachedInputTokens: 0, outputTokens: 0 }
const garbage: ScriptedAnswer = { kind: 'text', text: 'Looks good to me', usage }
const prices = withOwnPrices(
  createListPrices(),
  ownPrices.parse([
    { model: 'openai/large', from: '2020-01-01', input: 10, output: 10 },
    { model: 'openai/small', from: '2020-01-01', input: 1, output: 1 },
  ]),
)

let emulator: LlmEmulator
beforeEach(async () => {
  emulator = await openLlmEmulator()
})
afterEach(() => emulator.close())

function open(model: string): Model {
  const { baseUrl } = emulator
  return openModel({ provider: 'openai', model, apiKey: 'sk-test', baseUrl, timeoutMs: 10_000 })
}

/** A model that is asked again at once, and left alone when it refuses our account. */
function openPatient(model: string): Model {
  const clock = { ...createManualClock(), sleep: () => Promise.resolve() }
  return breakingModel(retryingModel(open(model), { clock, random: () => 0 }), { clock })
}

/** What is recorded of a question whose answers come as scripted. */
async function record(
  model: Model,
  scripts: readonly ScriptedAnswer[],
  signal = new AbortController().signal,
): Promise<readonly ModelCall[]> {
  emulator.answerNext(...scripts)
  const calls: ModelCall[] = []
  const ask = recordedAsk(model, { clock: createManualClock(), prices }, (call) => void calls.push(call))
  await ask(question, 'a.py', signal).catch(() => undefined)
  return calls
}

test('an answer that cannot be used is recorded, and priced, as that of the model that gave it', async () => {
  const models = fallbackModel([open('large'), open('small')])
  const out: ScriptedAnswer = { kind: 'fault', fault: 'overloaded' }
  expect(await record(models, [out, garbage])).toMatchObject([
    { model: 'openai/small', usage, cost: 1_000_000, outcome: 'unusable', source: 'model' },
  ])
})

test.each(['server-error', 'rate-limited', 'no-such-model'] as const)(
  'an answer that was paid is recorded, too, when asking once more ends otherwise: %s',
  async (fault) => {
    const failed = { kind: 'fault', fault } as const
    expect(await record(openPatient('large'), [garbage, failed, failed])).toMatchObject([
      { model: 'openai/large', usage, cost: 10_000_000, outcome: 'unusable' },
    ])
  },
)

test('an answer that was paid is recorded, too, when asking once more is broken off', async () => {
  const stopping = new AbortController()
  const models = fallbackModel([openPatient('large'), open('small')])
  const broken = record(models, [garbage, { kind: 'hang' }], stopping.signal)
  await expect.poll(() => emulator.requests().length).toBe(2)
  stopping.abort()
  expect(await broken).toMatchObject([{ model: 'openai/large', usage, outcome: 'unusable' }])
})

const [out, fine, tooLong] = [
  { kind: 'fault', fault: 'overloaded' },
  { kind: 'json', value: { findings: [] }, usage },
  { kind: 'fault', fault: 'context-too-long' },
] as const satisfies readonly ScriptedAnswer[]
const vain = { model: 'openai/large', usage, cost: 10_000_000, outcome: 'unusable', source: 'model' }

test('an answer that was paid is recorded, too, when another model stands in', async () => {
  const models = fallbackModel([openPatient('large'), openPatient('small')])
  expect(await record(models, [garbage, out, out, fine])).toMatchObject([
    vain,
    { model: 'openai/small', usage, cost: 1_000_000, outcome: 'answered' },
  ])
})

test.each<[string, readonly ScriptedAnswer[]]>([
  ['is limited', [{ kind: 'fault', fault: 'rate-limited', headers: { 'retry-after': '90' } }]],
  ['refuses the question', [tooLong]],
  ['is out', [out, out, out]],
])('an answer that was paid is recorded, too, when the next model %s', async (_what, next) => {
  const models = fallbackModel([openPatient('large'), openPatient('small')])
  expect(await record(models, [garbage, out, out, ...next])).toMatchObject([vain])
})

test('answers that two models were paid for in vain are two calls', async () => {
  const models = fallbackModel([openPatient('large'), openPatient('small')])
  expect(await record(models, [garbage, out, out, garbage, out, out])).toMatchObject([
    { model: 'openai/small', usage, cost: 1_000_000, outcome: 'unusable' },
    vain,
  ])
})

test('an answer that was paid is recorded, too, when the next model is broken off', async () => {
  const stopping = new AbortController()
  const models = fallbackModel([openPatient('large'), open('small')])
  const broken = record(models, [garbage, out, out, { kind: 'hang' }], stopping.signal)
  await expect.poll(() => emulator.requests().length).toBe(4)
  stopping.abort()
  expect(await broken).toMatchObject([vain])
})

test('what was broken off before an answer came is no call', async () => {
  const stopping = new AbortController()
  const broken = record(openPatient('large'), [{ kind: 'hang' }], stopping.signal)
  await expect.poll(() => emulator.requests().length).toBe(1)
  stopping.abort()
  expect(await broken).toEqual([])
})

test('of a call whose tokens nobody counted, the record says that they are estimated', async () => {
  const uncounted = { inputTokens: 0, outputTokens: 0 }
  const fine: ScriptedAnswer = { kind: 'json', value: { findings: [] }, usage: uncounted }
  const model = estimatingModel(open('large'))
  expect(await record(model, [fine])).toMatchObject([
    { outcome: 'answered', detail: 'stop, tokens estimated' },
  ])
  expect(await record(model, [{ ...garbage, usage: uncounted }])).toMatchObject([
    { outcome: 'unusable', detail: expect.stringMatching(/one JSON object.*, tokens estimated$/) as string },
  ])
})
