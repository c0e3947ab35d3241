import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { openLlmEmulator, type LlmEmulator } from '../../emulators/llm/llm-emulator.ts'
import { testDatabases, type TestDatabase } from '../../test/databases.ts'
import { createManualClock } from '../../test/manual-clock.ts'
import { errorKind } from '../base/errors.ts'
import { openPostgresAnswerCache } from '../cache/answer-cache.postgres.ts'
import type { ModelConfig } from '../config/choose-model.ts'
import { createProcessRateLimiter } from '../limits/rate-limiter.process.ts'
import type { Answer, Model, Question } from '../llm/model.ts'
import { ownRateLimiter } from './limits.ts'
import { openModels } from './models.ts'

const question: Question = {
  purpose: 'find',
  system: 'Rules.',
  prompt: 'A change.',
  answer: { name: 'found', description: 'Problems', schema: z.object({ found: z.array(z.string()) }) },
  maxOutputTokens: 100,
}
const scope = { tenant: '1', repository: 'octo/hello', runId: 'run' }
const never = new AbortController().signal
const kind = testDatabases()[0]

function modelConfig(name: string, { baseUrl }: LlmEmulator): ModelConfig {
  return {
    provider: 'openai-compatible',
    model: name,
    baseUrl,
    apiKey: 'k',
    timeoutMs: 20_000,
    concurrency: 4,
    followsSchema: true,
  }
}

describe.skipIf(kind?.missing)('models as a process composes them', () => {
  let opened: TestDatabase
  let large: LlmEmulator
  let small: LlmEmulator
  beforeAll(async () => {
    if (!kind) throw new Error('there is no database')
    opened = await kind.open()
    large = await openLlmEmulator({ answer: () => ({ kind: 'json', value: { found: ['large'] } }) })
    small = await openLlmEmulator({ answer: () => ({ kind: 'json', value: { found: ['small'] } }) })
  })
  afterAll(async () => {
    await Promise.all([large.close(), small.close()])
    await opened.drop()
  })

  /** As a run of another process asks: of what others learned it has the cache alone. */
  async function askInNewProcess(): Promise<Answer> {
    const models = openModels(
      {
        llm: { ...modelConfig('large', large), fallbacks: [modelConfig('small', small)] },
        cache: { scope: 'installation', ttlMs: 60_000 },
        spending: { caps: {}, prices: [] },
      },
      { limiter: ownRateLimiter(), cache: openPostgresAnswerCache(opened.database) },
    )
    if (!models) throw new Error('no model is configured')
    return await models.forRun(scope).ask(question, never)
  }
  const paid = () => ({ large: large.requests().length, small: small.requests().length })

  test('what a model to fall back on answered is found again while the first is out, and not taken for its answer', async () => {
    const out = { kind: 'fault', fault: 'no-such-model' } as const
    large.answerNext(out, out)
    expect(await askInNewProcess()).toMatchObject({ model: 'openai-compatible/small', source: 'model' })
    expect(await askInNewProcess()).toMatchObject({
      model: 'openai-compatible/small',
      source: 'cache',
      value: { found: ['small'] },
    })
    expect(paid()).toEqual({ large: 2, small: 1 })
    expect(await askInNewProcess()).toMatchObject({ model: 'openai-compatible/large', source: 'model' })
    expect(await askInNewProcess()).toMatchObject({ model: 'openai-compatible/large', source: 'cache' })
    expect(paid()).toEqual({ large: 3, small: 1 })
  })
})

describe('questions under way in one process', () => {
  let emulator: LlmEmulator
  let held: (() => void)[]
  afterEach(() => emulator.close())

  /** A server that holds each question back until it is let go. Then it refuses those to a model that is retired. */
  async function openServer(): Promise<void> {
    held = []
    emulator = await openLlmEmulator({
      answer: async ({ model }) => {
        await new Promise<void>((resolve) => held.push(resolve))
        if (model === 'retired') return { kind: 'fault', fault: 'no-such-model' }
        return { kind: 'json', value: { found: [] } }
      },
    })
  }
  function open(llm: ModelConfig, limiter = ownRateLimiter()): Model {
    const models = openModels({ llm, spending: { caps: {}, prices: [] } }, { limiter })
    if (!models) throw new Error('no model is configured')
    return models.forRun(scope)
  }
  async function letGo(): Promise<void> {
    await expect.poll(() => held.length).toBe(1)
    held.pop()?.()
  }

  test('wait for one another before they take a place in the minute, so that none is asked long after its place', async () => {
    await openServer()
    const clock = createManualClock()
    const model = open(
      { ...modelConfig('large', emulator), concurrency: 1, requestsPerMinute: 2 },
      createProcessRateLimiter(clock),
    )
    const [first, second] = [model.ask(question, never), model.ask(question, never)]
    await expect.poll(() => held.length).toBe(1)
    clock.advance(61_000)
    await letGo()
    await first
    await letGo()
    await second
    const third = model.ask(question, never)
    await letGo()
    await third
    expect(await model.ask(question, never).catch(errorKind)).toBe('rate-limited')
    expect(emulator.requests()).toHaveLength(3)
  })

  test('use up the tokens of the minute also where the server does not count them', async () => {
    held = []
    const usage = { inputTokens: 0, outputTokens: 0 }
    emulator = await openLlmEmulator({ answer: () => ({ kind: 'json', value: { found: [] }, usage }) })
    const model = open(
      { ...modelConfig('home', emulator), tokensPerMinute: 1_000 },
      createProcessRateLimiter(createManualClock()),
    )
    const long = { ...question, prompt: 'x'.repeat(3_000) }
    await model.ask(long, never)
    expect(await model.ask(long, never).catch(errorKind)).toBe('rate-limited')
  })

  test('are no more than the bound also when models of one account stand in for each other', async () => {
    await openServer()
    const fallback = { ...modelConfig('small', emulator), concurrency: 1 }
    const model = open({ ...modelConfig('retired', emulator), concurrency: 1, fallbacks: [fallback] })
    const asked = Array.from({ length: 3 }, () => model.ask(question, never))
    for (let answered = 0; answered < 6; answered++) await letGo()
    expect(await Promise.all(asked)).toHaveLength(3)
  })
})
