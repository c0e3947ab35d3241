import { afterEach, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { openLlmEmulator, type LlmEmulator } from '../../emulators/llm/llm-emulator.ts'
import { openModel } from '../llm/model.ai-sdk.ts'
import type { Model, Question } from '../llm/model.ts'
import { estimateTokens } from '../review/estimate-tokens.ts'
import { estimateQuestion } from './estimate-question.ts'
import { estimatingModel } from './model.estimating.ts'

const signal = new AbortController().signal
const question: Question = {
  purpose: 'find',
  system: 'Answer in JSON.',
  prompt: 'Is this right?',
  answer: { name: 'check', description: 'Whether it is right.', schema: z.object({ ok: z.boolean() }) },
  maxOutputTokens: 100,
}
const asked = estimateQuestion(question).expected.inputTokens
const fine = JSON.stringify({ ok: true })

let emulator: LlmEmulator
let model: Model
beforeEach(async () => {
  emulator = await openLlmEmulator()
  const { baseUrl } = emulator
  const server = { provider: 'openai-compatible', model: 'home', apiKey: 'k', baseUrl } as const
  model = estimatingModel(openModel({ ...server, timeoutMs: 20_000 }))
})
afterEach(() => emulator.close())

/** An answer of a server that says this of its tokens, if anything. */
function answerNext(content: string, usage?: object): void {
  const choices = [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }]
  const body = JSON.stringify({
    id: 'x',
    created: 1,
    model: 'home',
    object: 'chat.completion',
    choices,
    usage,
  })
  emulator.answerNext({ kind: 'http', status: 200, headers: { 'content-type': 'application/json' }, body })
}

test('what a server counts is what counts', async () => {
  answerNext(fine, { prompt_tokens: 40, completion_tokens: 3 })
  const { usage } = await model.ask(question, signal)
  expect(usage).toEqual({ inputTokens: 40, cachedInputTokens: 0, outputTokens: 3 })
})

test.each([
  ['nothing', undefined, { inputTokens: asked, outputTokens: estimateTokens(fine) }],
  [
    'zeros',
    { prompt_tokens: 0, completion_tokens: 0 },
    { inputTokens: asked, outputTokens: estimateTokens(fine) },
  ],
  ['no question', { prompt_tokens: 0, completion_tokens: 3 }, { inputTokens: asked, outputTokens: 3 }],
  ['no answer', { prompt_tokens: 40 }, { inputTokens: 40, outputTokens: estimateTokens(fine) }],
])('where a server counts %s, it is estimated, and said to be', async (_what, usage, counted) => {
  answerNext(fine, usage)
  expect((await model.ask(question, signal)).usage).toEqual({
    ...counted,
    cachedInputTokens: 0,
    isEstimated: true,
  })
})

test('an answer that cannot be used is counted, too', async () => {
  answerNext('Looks good to me')
  await expect(model.ask(question, signal)).rejects.toMatchObject({
    problem: 'garbage',
    usage: { inputTokens: asked, outputTokens: estimateTokens('Looks good to me'), isEstimated: true },
  })
})
