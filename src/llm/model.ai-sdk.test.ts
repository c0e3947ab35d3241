import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { openLlmEmulator } from '../../emulators/llm/llm-emulator.ts'
import { errorKind, errorMessage, PermanentError } from '../base/errors.ts'
import { openModel, type ModelOptions } from './model.ai-sdk.ts'
import { modelContract } from './model.contract.ts'
import type { Question } from './model.ts'

const kinds: readonly [name: string, Pick<ModelOptions, 'provider' | 'model' | 'followsSchema'>][] = [
  ['OpenAI', { provider: 'openai', model: 'gpt-5.2' }],
  ['Anthropic, native output', { provider: 'anthropic', model: 'claude-sonnet-4-5' }],
  ['Anthropic, answer tool', { provider: 'anthropic', model: 'claude-3-5-haiku-latest' }],
  ['a compatible server', { provider: 'openai-compatible', model: 'qwen3' }],
  [
    'a compatible server with schemas',
    { provider: 'openai-compatible', model: 'qwen3', followsSchema: true },
  ],
]

describe.each(kinds)('%s', (_name, kind) => {
  modelContract((settings) => openModel({ ...kind, ...settings }))
})

const question: Question = {
  purpose: 'probe',
  system: 'Answer in JSON.',
  prompt: 'Are you there?',
  answer: { name: 'probe', description: 'Whether it works.', schema: z.object({ ok: z.boolean() }) },
  maxOutputTokens: 50,
}

/** The body of the request that a question becomes. */
async function requestOf(options: Pick<ModelOptions, 'provider' | 'model' | 'apiKey'>): Promise<unknown> {
  const emulator = await openLlmEmulator({ needsKey: options.apiKey !== undefined })
  try {
    const model = openModel({ ...options, baseUrl: emulator.baseUrl, timeoutMs: 20_000 })
    await model.ask(question, new AbortController().signal)
    return emulator.requests()[0]?.body
  } finally {
    await emulator.close()
  }
}

test('OpenAI keeps nothing, and follows the schema strictly', async () => {
  expect(await requestOf({ provider: 'openai', model: 'gpt-5.2', apiKey: 'k' })).toMatchObject({
    store: false,
    max_output_tokens: 50,
    text: { format: { type: 'json_schema', strict: true, name: 'probe' } },
  })
})

test('Anthropic is told to cache the rules', async () => {
  expect(await requestOf({ provider: 'anthropic', model: 'claude-sonnet-4-5', apiKey: 'k' })).toMatchObject({
    max_tokens: 50,
    system: [{ text: 'Answer in JSON.', cache_control: { type: 'ephemeral' } }],
  })
})

test('Anthropic tells what it read in its cache and what it put there; others put nothing there that costs', async () => {
  const usage = { inputTokens: 1_000, cachedInputTokens: 300, cacheWriteInputTokens: 600, outputTokens: 5 }
  const usageOf = async (options: Pick<ModelOptions, 'provider' | 'model'>) => {
    const emulator = await openLlmEmulator({ answer: () => ({ kind: 'json', value: { ok: true }, usage }) })
    try {
      const model = openModel({ ...options, apiKey: 'k', baseUrl: emulator.baseUrl, timeoutMs: 20_000 })
      return (await model.ask(question, new AbortController().signal)).usage
    } finally {
      await emulator.close()
    }
  }
  expect(await usageOf({ provider: 'anthropic', model: 'claude-sonnet-4-5' })).toEqual(usage)
  const { cacheWriteInputTokens: _written, ...others } = usage
  expect(await usageOf({ provider: 'openai', model: 'gpt-5.2' })).toEqual(others)
})

test('a local server is asked for JSON without a key', async () => {
  expect(await requestOf({ provider: 'openai-compatible', model: 'qwen3' })).toMatchObject({
    model: 'qwen3',
    response_format: { type: 'json_object' },
  })
})

test.each<[kind: string, how: string, status: number, error: unknown, message: RegExp]>([
  [
    'retryable',
    'a failure inside a success',
    200,
    { code: 'server_error', message: 'Sorry.' },
    /failed: Sorry\.$/,
  ],
  [
    'rate-limited',
    'a limit inside a success',
    200,
    { code: 'rate_limit_exceeded', message: 'Wait.' },
    /Wait/,
  ],
  [
    'permanent',
    'a context inside a success',
    200,
    { code: 'context_length_exceeded', message: 'No.' },
    /No\./,
  ],
  [
    'permanent',
    'more than a minute allows',
    429,
    { message: 'Request too large for gpt-5.2', type: 'tokens' },
    /too large/,
  ],
  [
    'permanent',
    'credit that ran out at a gateway',
    402,
    { message: 'Insufficient credits', code: 402 },
    /no credit/,
  ],
  [
    'permanent',
    'a model that Ollama has not',
    404,
    'model "qwen9" not found, try pulling it first',
    /try pulling/,
  ],
])('it is %s: %s', async (kind, _how, status, error, message) => {
  const emulator = await openLlmEmulator({
    answer: () => ({ kind: 'http', status, body: JSON.stringify({ error }) }),
  })
  const { baseUrl } = emulator
  const model = openModel({ provider: 'openai', model: 'gpt-5.2', apiKey: 'k', baseUrl, timeoutMs: 20_000 })
  const thrown: unknown = await model
    .ask(question, new AbortController().signal)
    .catch((failure: unknown) => failure)
  expect([errorKind(thrown), errorMessage(thrown)]).toEqual([kind, expect.stringMatching(message)])
  await emulator.close()
})

test.each<[message: RegExp, ModelOptions]>([
  [/OPENAI_API_KEY is not set/, { provider: 'openai', model: 'm', timeoutMs: 1 }],
  [/ANTHROPIC_API_KEY is not set/, { provider: 'anthropic', model: 'm', timeoutMs: 1, apiKey: ' ' }],
  [
    /OPENAI_API_KEY holds characters/,
    { provider: 'openai', model: 'm', timeoutMs: 1, apiKey: 'sk-\u201Csecret' },
  ],
  [/LLM_BASE_URL is not set/, { provider: 'openai-compatible', model: 'm', timeoutMs: 1 }],
  [
    /LLM_BASE_URL must/,
    { provider: 'openai-compatible', model: 'm', timeoutMs: 1, baseUrl: 'http://u:secret@h/v1' },
  ],
  [
    /LLM_BASE_URL must/,
    { provider: 'openai-compatible', model: 'm', timeoutMs: 1, baseUrl: 'file:///secret' },
  ],
  [
    /LLM_BASE_URL must/,
    { provider: 'openai-compatible', model: 'm', timeoutMs: 1, baseUrl: 'localhost:11434' },
  ],
])('settings that cannot work are refused at once: %s', (message, options) => {
  expect(() => openModel(options)).toThrow(PermanentError)
  expect(() => openModel(options)).toThrow(message)
  expect(() => openModel(options)).not.toThrow(/secret/)
})

test('a schema that no provider takes is refused before anything is sent', async () => {
  const emulator = await openLlmEmulator()
  const model = openModel({
    provider: 'openai',
    model: 'm',
    apiKey: 'k',
    baseUrl: emulator.baseUrl,
    timeoutMs: 1_000,
  })
  const optional = { ...question.answer, schema: z.object({ ok: z.boolean().optional() }) }
  await expect(model.ask({ ...question, answer: optional }, new AbortController().signal)).rejects.toThrow(
    'nullable',
  )
  expect(emulator.requests()).toEqual([])
  await emulator.close()
})
