import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { createAnthropic } from '@ai-sdk/anthropic'
import { createOpenAI } from '@ai-sdk/openai'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import type { JSONSchema7, LanguageModelV3, LanguageModelV3CallOptions } from '@ai-sdk/provider'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openLlmEmulator, type LlmEmulator } from './llm-emulator.ts'
import type { LlmQuestion } from './wire-format.ts'

let emulator: LlmEmulator
let asked: LlmQuestion[]

beforeEach(async () => {
  asked = []
  emulator = await openLlmEmulator({
    answer: (question) => {
      asked.push(question)
      return {
        kind: 'json',
        value: { sum: 4 },
        usage: { inputTokens: 50, cachedInputTokens: 20, outputTokens: 7 },
      }
    },
  })
})
afterEach(() => emulator.close())

const schema: JSONSchema7 = {
  type: 'object',
  properties: { sum: { type: 'number' } },
  required: ['sum'],
  additionalProperties: false,
}

const question: LanguageModelV3CallOptions = {
  prompt: [
    { role: 'system', content: 'You add. Answer in JSON.' },
    { role: 'user', content: [{ type: 'text', text: '2 + 2?' }] },
  ],
  maxOutputTokens: 100,
  responseFormat: { type: 'json', schema, name: 'sum' },
}

// The clients are not ours: that they understand an answer shows that it is in the provider's form.
const clients: readonly [name: string, open: (baseURL: string) => LanguageModelV3][] = [
  ['OpenAI responses', (baseURL) => createOpenAI({ baseURL, apiKey: 'k' }).responses('gpt-5.2')],
  ['OpenAI chat completions', (baseURL) => createOpenAI({ baseURL, apiKey: 'k' }).chat('gpt-5.2')],
  [
    'compatible chat completions',
    (baseURL) =>
      createOpenAICompatible({ name: 'local', baseURL, apiKey: 'k', supportsStructuredOutputs: true })(
        'qwen3',
      ),
  ],
  ['Anthropic native output', (baseURL) => createAnthropic({ baseURL, apiKey: 'k' })('claude-sonnet-4-5')],
  [
    'Anthropic answer tool',
    (baseURL) => createAnthropic({ baseURL, apiKey: 'k' })('claude-3-5-haiku-latest'),
  ],
]

describe.each(clients)('%s', (_name, open) => {
  test('a question arrives whole, and its answer is understood', async () => {
    const { content, finishReason, usage } = await open(emulator.baseUrl).doGenerate(question)
    expect(asked).toMatchObject([{ system: 'You add. Answer in JSON.', prompt: '2 + 2?', schema }])
    expect(content).toMatchObject([{ type: 'text', text: '{"sum":4}' }])
    expect(finishReason.unified).toBe('stop')
    expect(usage).toMatchObject({ inputTokens: { total: 50, cacheRead: 20 }, outputTokens: { total: 7 } })
  })

  test('the same answer streams', async () => {
    const { stream } = await open(emulator.baseUrl).doStream(question)
    let streamed = ''
    let finish
    for await (const part of stream) {
      if (part.type === 'error') throw part.error
      if (part.type === 'text-delta') streamed += part.delta
      if (part.type === 'finish') finish = part
    }
    expect(JSON.parse(streamed)).toEqual({ sum: 4 })
    expect(finish).toMatchObject({ finishReason: { unified: 'stop' }, usage: { outputTokens: { total: 7 } } })
  })

  test('a refusal is understood as one, streamed or not', async () => {
    emulator.answerNext({ kind: 'refusal' }, { kind: 'refusal' })
    const model = open(emulator.baseUrl)
    expect((await model.doGenerate(question)).finishReason.unified).toBe('content-filter')
    const { stream } = await model.doStream(question)
    const reasons = []
    for await (const part of stream) if (part.type === 'finish') reasons.push(part.finishReason.unified)
    expect(reasons).toEqual(['content-filter'])
  })
})

async function post(
  pathname: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(new URL(pathname, emulator.baseUrl), {
    method: 'POST',
    headers: { authorization: 'Bearer k', 'x-api-key': 'k', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
}

test.each(['/v1/responses', '/v1/chat/completions', '/v1/messages'])(
  '%s refuses a request without a key, and one that it cannot read',
  async (pathname) => {
    expect((await post(pathname, {}, { authorization: '', 'x-api-key': '' })).status).toBe(401)
    expect((await post(pathname, 'not JSON')).status).toBe(400)
    expect((await post(pathname, { model: 'm' })).status).toBe(400)
    expect(asked).toEqual([])
  },
)

test('a strict schema is refused as OpenAI refuses it', async () => {
  const ask = async (schema: unknown): Promise<string> => {
    const format = { type: 'json_schema', name: 'answer', strict: true, schema }
    const response = await post('/v1/responses', {
      model: 'gpt-5.2',
      input: [{ role: 'user', content: 'x' }],
      text: { format },
    })
    return response.ok ? 'taken' : await response.text()
  }
  expect(await ask(schema)).toBe('taken')
  expect(await ask({ ...schema, required: [] })).toContain("Missing 'sum'")
  expect(await ask({ ...schema, additionalProperties: true })).toContain("'additionalProperties'")
  expect(await ask({ ...schema, properties: { sum: { type: 'string', minLength: 1 } } })).toContain(
    "'minLength'",
  )
  expect(await ask({ type: 'array', items: schema })).toContain('at the root')
  expect(await ask({ ...schema, properties: { sum: { anyOf: [{ type: 'object' }] } } })).toContain(
    "'anyOf 0'",
  )
})

test('json_object without the word JSON in the messages is refused as OpenAI refuses it', async () => {
  const ask = (content: string) =>
    post('/v1/chat/completions', {
      model: 'm',
      messages: [{ role: 'user', content }],
      response_format: { type: 'json_object' },
    })
  expect((await ask('hello')).status).toBe(400)
  expect((await ask('hello, in JSON')).status).toBe(200)
})

test('the log keeps bodies and headers, and never a key', async () => {
  await post('/v1/messages', { model: 'claude', max_tokens: 9, messages: [{ role: 'user', content: 'hi' }] })
  const [logged] = emulator.requests()
  expect(logged).toMatchObject({ provider: 'anthropic', body: { model: 'claude' }, outcome: 'answered' })
  expect(Object.keys(logged?.headers ?? {})).not.toContain('x-api-key')
  expect(Object.keys(logged?.headers ?? {})).not.toContain('authorization')
})

test('a script that throws is seen by the client', async () => {
  const failing = await openLlmEmulator({ answer: () => Promise.reject(new Error('no script for this')) })
  try {
    const response = await fetch(`${failing.baseUrl}/chat/completions`, {
      method: 'POST',
      headers: { authorization: 'Bearer k' },
      body: JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'hi' }] }),
    })
    expect([response.status, await response.text()]).toEqual([
      599,
      expect.stringContaining('no script for this'),
    ])
  } finally {
    await failing.close()
  }
})

test('closing cuts what hangs, and may be done twice', async () => {
  emulator.answerNext({ kind: 'hang' })
  const hanging = post('/v1/messages', {
    model: 'c',
    max_tokens: 9,
    messages: [{ role: 'user', content: 'hi' }],
  })
  const outcome = hanging.catch((error: unknown) => String(error))
  await expect.poll(() => emulator.requests()).toHaveLength(1)
  await emulator.close()
  await emulator.close()
  expect(await outcome).toContain('fetch failed')
})

test('another process scripts it and reads its log over HTTP', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'llm-emulator-'))
  const file = path.join(folder, 'answer.json')
  await writeFile(file, JSON.stringify({ kind: 'text', text: 'from the file' }))
  const main = path.join(import.meta.dirname, '../../dist/emulators/llm/main.js')
  const process = spawn('node', [main, '--answer', file], { stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    const [line] = (await once(createInterface(process.stdout), 'line')) as [string] // readline emits strings
    const { baseUrl } = JSON.parse(line) as { baseUrl: string } // printed by main.ts
    const control = (method: string, name: string, body?: unknown) =>
      fetch(new URL(`/_emulator/${name}`, baseUrl), {
        method,
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
    const ask = async (): Promise<string> => {
      const { content } = await createOpenAI({ baseURL: baseUrl, apiKey: 'k' })('gpt-5.2').doGenerate(
        question,
      )
      return content[0]?.type === 'text' ? content[0].text : ''
    }
    expect(await ask()).toBe('from the file')
    await control('POST', 'answers', [{ kind: 'text', text: 'once' }])
    await control('PUT', 'answer', { kind: 'text', text: 'always' })
    expect([await ask(), await ask(), await ask()]).toEqual(['once', 'always', 'always'])
    expect(await (await control('GET', 'requests')).json()).toHaveLength(4)
    await control('DELETE', 'requests')
    expect(await (await control('GET', 'requests')).json()).toEqual([])
    expect((await control('PUT', 'answer', { kind: 'nonsense' })).status).toBe(400)
    process.kill('SIGTERM')
    expect(await once(process, 'exit')).toEqual([0, null])
  } finally {
    process.kill('SIGKILL')
    await rm(folder, { recursive: true })
  }
})
