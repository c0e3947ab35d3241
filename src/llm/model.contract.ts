import { getEventListeners, once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { openLlmEmulator, type LlmEmulator } from '../../emulators/llm/llm-emulator.ts'
import type { ScriptedAnswer } from '../../emulators/llm/scripted-answer.ts'
import type { LlmQuestion } from '../../emulators/llm/wire-format.ts'
import type { Clock } from '../base/clock.ts'
import { errorKind, errorMessage, RateLimitedError } from '../base/errors.ts'
import { ContextTooLongError } from './context-too-long-error.ts'
import type { Model, Question } from './model.ts'
import { UnusableAnswerError } from './unusable-answer-error.ts'

export interface ContractSettings {
  readonly baseUrl: string
  readonly apiKey: string
  readonly timeoutMs: number
  readonly clock: Clock
}

const KEY = 'sk-contract-0123456789'
const now = new Date('2026-01-01T00:00:00Z')
const clock: Clock = { now: () => now, sleep: () => Promise.resolve() }
const never = new AbortController().signal

const question: Question = {
  purpose: 'find',
  system: 'You review changes to code. Answer in JSON.',
  prompt: 'export function divide(dividend, divisor) { return dividend / divisor }',
  answer: {
    name: 'review',
    description: 'What is wrong with the change.',
    schema: z.object({ findings: z.array(z.object({ title: z.string(), detail: z.string().nullable() })) }),
  },
  maxOutputTokens: 1_000,
}

const value = { findings: [{ title: 'division by zero', detail: null }] }
const json = JSON.stringify(value)
const usage = { inputTokens: 120, cachedInputTokens: 80, outputTokens: 15 }

/** What any model over HTTP promises, against a server that misbehaves on request. */
export function modelContract(open: (settings: ContractSettings) => Model): void {
  let emulator: LlmEmulator
  let asked: LlmQuestion[]
  beforeEach(async () => {
    asked = []
    emulator = await openLlmEmulator({
      answer: (question) => {
        asked.push(question)
        return { kind: 'json', value, usage }
      },
    })
  })
  afterEach(() => emulator.close())

  const openAt = (baseUrl: string, timeoutMs = 20_000): Model =>
    open({ baseUrl, apiKey: KEY, timeoutMs, clock })

  /** The error of one question, which made exactly one request. */
  async function failure(script: ScriptedAnswer, timeoutMs?: number): Promise<unknown> {
    emulator.answerNext(script)
    const before = emulator.requests().length
    const error = await thrown(openAt(emulator.baseUrl, timeoutMs).ask(question, never))
    expect(emulator.requests()).toHaveLength(before + 1)
    return error
  }

  test('an answer has its value, its text, what it cost and why it ended, for one request', async () => {
    const model = openAt(emulator.baseUrl)
    const answer = await model.ask(question, never)
    expect(answer).toEqual({
      value,
      text: json,
      finishReason: 'stop',
      source: 'model',
      rawFinishReason: expect.stringMatching(/^(stop|end_turn|tool_use)$/) as unknown,
      usage,
      model: model.id,
    })
    expect(emulator.requests()).toHaveLength(1)
  })

  test('the question arrives with its rules first and its schema, by itself or in words', async () => {
    await openAt(emulator.baseUrl).ask(question, never)
    const [arrived] = asked
    expect(arrived?.prompt).toBe(question.prompt)
    expect(arrived?.system.startsWith(question.system)).toBe(true)
    const said = arrived?.schema ?? (JSON.parse(arrived?.system.split('\n').at(-1) ?? '') as unknown)
    expect(said).toMatchObject({ type: 'object', required: ['findings'], additionalProperties: false })
  })

  test('the beginning of two questions under the same rules is the same', async () => {
    const model = openAt(emulator.baseUrl)
    await model.ask(question, never)
    await model.ask({ ...question, prompt: 'something else' }, never)
    expect(asked[0]?.system).toBe(asked[1]?.system)
  })

  test.each([
    ['fenced', '```json\n' + json + '\n```'],
    ['in prose', `Here is my review:\n\n${json}\n\nLet me know if you need more.`],
  ])('an answer that comes %s is read, and kept to the letter', async (_how, text) => {
    emulator.answerNext({ kind: 'text', text })
    expect(await openAt(emulator.baseUrl).ask(question, never)).toMatchObject({ value, text })
  })

  test.each<[UnusableAnswerError['problem'], how: string, ScriptedAnswer]>([
    ['garbage', 'prose', { kind: 'text', text: 'I could not find any problem.', usage }],
    ['garbage', 'half an object', { kind: 'text', text: json.slice(0, -5), usage }],
    [
      'truncated',
      'half an object at the limit',
      { kind: 'text', text: json.slice(0, -5), finish: 'length', usage },
    ],
    ['truncated', 'a whole object at the limit', { kind: 'text', text: json, finish: 'length', usage }],
    ['truncated', 'nothing at the limit', { kind: 'text', text: '', finish: 'length', usage }],
    ['refused', 'a refusal', { kind: 'refusal', text: 'I cannot help with that.', usage }],
    ['refused', 'a filtered answer', { kind: 'text', text: '{', finish: 'content-filter', usage }],
    ['empty', 'nothing', { kind: 'text', text: '', usage }],
    ['empty', 'white space', { kind: 'text', text: ' \n\n', usage }],
  ])('an answer is %s: %s; its text and its cost are kept', async (problem, _how, script) => {
    const error = await failure(script)
    expect(error).toBeInstanceOf(UnusableAnswerError)
    expect(error).toMatchObject({ problem, text: 'text' in script ? script.text : '', usage })
  })

  test('an answer of many megabytes is refused without reading it all', async () => {
    const error = await failure({ kind: 'json', value: { findings: 'x'.repeat(30_000_000) } })
    expect(error).toMatchObject({ name: 'UnusableAnswerError', problem: 'garbage', text: '' })
    await expect.poll(() => emulator.requests()[0]?.outcome).toBe('cut')
  })

  test('an abort ends the question and closes the connection', async () => {
    emulator.answerNext({ kind: 'hang' })
    const controller = new AbortController()
    const outcome = thrown(openAt(emulator.baseUrl).ask(question, controller.signal))
    await expect.poll(() => emulator.requests()).toMatchObject([{ outcome: 'pending' }])
    controller.abort()
    expect(errorKind(await outcome)).toBe('aborted')
    await expect.poll(() => emulator.requests()).toMatchObject([{ outcome: 'cut' }])
  })

  test('an abort ends an answer that has begun', async () => {
    emulator.answerNext({ kind: 'drip', text: json, everyMs: 50 })
    const controller = new AbortController()
    const outcome = thrown(openAt(emulator.baseUrl).ask(question, controller.signal))
    await expect.poll(() => emulator.requests()).toHaveLength(1)
    controller.abort(new Error('superseded by a newer push'))
    expect(errorMessage(await outcome)).toBe('superseded by a newer push')
    await expect.poll(() => emulator.requests()).toMatchObject([{ outcome: 'cut' }])
  })

  test('a question that was aborted before is never sent', async () => {
    const error = await thrown(openAt(emulator.baseUrl).ask(question, AbortSignal.abort()))
    expect(errorKind(error)).toBe('aborted')
    expect(emulator.requests()).toEqual([])
  })

  test('a signal that outlives many questions gathers no listeners', async () => {
    const { signal } = new AbortController()
    const model = openAt(emulator.baseUrl)
    for (const script of [
      { kind: 'json', value },
      { kind: 'fault', fault: 'server-error' },
    ] as const) {
      emulator.answerNext(script)
      await model.ask(question, signal).catch(() => undefined)
    }
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  test.each<[string, ScriptedAnswer]>([
    ['never comes', { kind: 'hang' }],
    ['comes a byte at a time', { kind: 'drip', text: json, everyMs: 40 }],
  ])('an answer that %s is given up after the time-out, and may be asked for again', async (_how, script) => {
    const error = await failure(script, 120)
    expect(errorKind(error)).toBe('retryable')
    expect(errorMessage(error)).toContain('did not answer within 120 ms')
    await expect.poll(() => emulator.requests()[0]?.outcome).toBe('cut')
  })

  test.each<[kind: string, how: string, ScriptedAnswer, message: RegExp]>([
    ['permanent', 'a key that is not accepted', { kind: 'fault', fault: 'bad-key' }, /check [A-Z]+_API_KEY/],
    ['permanent', 'a key that may not', { kind: 'fault', fault: 'forbidden' }, /403.*[A-Z]+_API_KEY/],
    ['permanent', 'an unknown model', { kind: 'fault', fault: 'no-such-model' }, /404.*LLM_MODEL/],
    ['permanent', 'a request it refuses', { kind: 'fault', fault: 'bad-request' }, /400: \w+.*LLM_MODEL/],
    ['permanent', 'an account without credit', { kind: 'fault', fault: 'quota-gone' }, /no credit or quota/],
    ['permanent', 'a question that is too long', { kind: 'fault', fault: 'context-too-long' }, /400/],
    [
      'permanent',
      'a redirect',
      { kind: 'http', status: 307, headers: { location: 'http://127.0.0.1:1/' } },
      /final/,
    ],
    ['rate-limited', 'too many requests', { kind: 'fault', fault: 'rate-limited' }, /429/],
    [
      'rate-limited',
      'overload with a time',
      { kind: 'fault', fault: 'overloaded', headers: { 'retry-after': '9' } },
      /5\d9?/,
    ],
    ['retryable', 'overload without one', { kind: 'fault', fault: 'overloaded' }, /5\d\d/],
    ['retryable', 'a fault of the server', { kind: 'fault', fault: 'server-error' }, /500/],
    [
      'retryable',
      'a fault of a gateway',
      { kind: 'http', status: 502, body: '<html>Bad Gateway</html>' },
      /502/,
    ],
    ['retryable', 'a request time-out', { kind: 'http', status: 408 }, /408/],
    ['retryable', 'a conflict', { kind: 'http', status: 409, body: '{}' }, /409/],
    ['retryable', 'a reset connection', { kind: 'reset' }, /could not be reached|broke off/],
    ['retryable', 'a connection cut in the answer', { kind: 'cut' }, /broke off/],
    [
      'retryable',
      'a page of HTML',
      { kind: 'http', status: 200, body: '<html>Welcome</html>' },
      /LLM_BASE_URL/,
    ],
    [
      'retryable',
      'half a body',
      { kind: 'http', status: 200, body: '{"id": "x", "choices": [' },
      /LLM_BASE_URL/,
    ],
    ['retryable', 'an empty body', { kind: 'http', status: 200, body: '' }, /LLM_BASE_URL/],
    [
      'retryable',
      'JSON of another kind',
      { kind: 'http', status: 200, body: '{"hello": "world"}' },
      /LLM_BASE_URL/,
    ],
  ])('it is %s: %s', async (kind, _how, script, message) => {
    const error = await failure(script)
    expect([errorKind(error), errorMessage(error)]).toEqual([kind, expect.stringMatching(message)])
  })

  test('a question that is too long can be told from other faults', async () => {
    expect(await failure({ kind: 'fault', fault: 'context-too-long' })).toBeInstanceOf(ContextTooLongError)
    expect(await failure({ kind: 'http', status: 413, body: '' })).toBeInstanceOf(ContextTooLongError)
    expect(await failure({ kind: 'fault', fault: 'bad-request' })).not.toBeInstanceOf(ContextTooLongError)
  })

  test.each<[headers: Record<string, string>, seconds: number]>([
    [{ 'retry-after': '12' }, 12],
    [{ 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '6m0s' }, 360],
    [{ 'anthropic-ratelimit-requests-reset': '2026-01-01T00:00:30Z' }, 30],
    [{}, 20],
  ])('a rate limit with %j is over after %d seconds', async (headers, seconds) => {
    const error = await failure({ kind: 'fault', fault: 'rate-limited', headers })
    expect(error).toBeInstanceOf(RateLimitedError)
    expect(error).toMatchObject({ retryAt: new Date(now.getTime() + seconds * 1000) })
  })

  test('a server that is not there is an error that may pass', async () => {
    await emulator.close()
    const error = await thrown(openAt(emulator.baseUrl).ask(question, never))
    expect([errorKind(error), errorMessage(error)]).toEqual([
      'retryable',
      expect.stringContaining('ECONNREFUSED'),
    ])
  })

  test('a redirect takes neither key nor code to another host', async () => {
    let visits = 0
    const elsewhere = createServer((_request, response) => response.end(String(++visits))).listen(
      0,
      '127.0.0.1',
    )
    await once(elsewhere, 'listening')
    const { port } = elsewhere.address() as AddressInfo // a TCP server has no other kind of address
    for (const status of [301, 302, 303, 307, 308])
      await failure({ kind: 'http', status, headers: { location: `http://127.0.0.1:${port}/` } })
    expect(visits).toBe(0)
    elsewhere.close()
  })

  test('no error shows the key or the question, whatever the server repeats', async () => {
    const echo = (text: string): string =>
      JSON.stringify({ error: { message: text, type: text, code: text } })
    const echoes = [
      `invalid: ${KEY}`,
      `invalid input: ${question.prompt}`,
      `invalid: ${question.system.slice(3, 40)}`,
    ]
    const scripts: ScriptedAnswer[] = [
      ...[400, 401, 403, 404, 413, 422, 429, 500].flatMap((status) =>
        echoes.map((text): ScriptedAnswer => ({ kind: 'http', status, body: echo(text) })),
      ),
      ...echoes.map((text): ScriptedAnswer => ({ kind: 'http', status: 200, body: text })),
      { kind: 'fault', fault: 'bad-key' },
      { kind: 'text', text: 'nothing to see' },
      { kind: 'cut' },
      { kind: 'reset' },
    ]
    for (const script of scripts) {
      const shown = inspect(await failure(script), { depth: 10, showHidden: true })
      expect(shown).not.toContain(KEY)
      expect(shown).not.toContain('divide(dividend')
      expect(shown).not.toContain('You review changes')
    }
  })
}

async function thrown(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise
  } catch (error) {
    return error
  }
  throw new Error('nothing was thrown')
}
