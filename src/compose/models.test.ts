import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { openLlmEmulator, type LlmEmulator } from '../../emulators/llm/llm-emulator.ts'
import { testDatabases, type TestDatabase } from '../../test/databases.ts'
import { openPostgresAnswerCache } from '../cache/answer-cache.postgres.ts'
import type { Answer, Question } from '../llm/model.ts'
import { ownRateLimiter } from './limits.ts'
import { openModels } from './models.ts'

const question: Question = {
  purpose: 'find',
  system: 'Rules.',
  prompt: 'A change.',
  answer: { name: 'found', description: 'Problems', schema: z.object({ found: z.array(z.string()) }) },
  maxOutputTokens: 100,
}
const kind = testDatabases()[0]

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
    const model = (name: string, { baseUrl }: LlmEmulator) => ({
      provider: 'openai-compatible' as const,
      model: name,
      baseUrl,
      apiKey: 'k',
      timeoutMs: 20_000,
      concurrency: 4,
      followsSchema: true,
    })
    const models = openModels(
      {
        llm: { ...model('large', large), fallbacks: [model('small', small)] },
        cache: { scope: 'installation', ttlMs: 60_000 },
        spending: { caps: {}, prices: [] },
      },
      { limiter: ownRateLimiter(), cache: openPostgresAnswerCache(opened.database) },
    )
    if (!models) throw new Error('no model is configured')
    const scope = { tenant: '1', repository: 'octo/hello', runId: 'run' }
    return await models.forRun(scope).ask(question, new AbortController().signal)
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
