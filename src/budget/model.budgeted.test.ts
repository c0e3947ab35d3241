import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { openLlmEmulator, type LlmEmulator } from '../../emulators/llm/llm-emulator.ts'
import type { ScriptedAnswer } from '../../emulators/llm/scripted-answer.ts'
import { testDatabases, type TestDatabase } from '../../test/databases.ts'
import { createManualClock, type ManualClock } from '../../test/manual-clock.ts'
import { errorKind, errorMessage, isAbort } from '../base/errors.ts'
import { openModel } from '../llm/model.ai-sdk.ts'
import { fallbackModel } from '../llm/model.fallback.ts'
import { retryingModel } from '../llm/model.retrying.ts'
import { sharedModel } from '../llm/model-source.ts'
import type { Model, Question, Stakes } from '../llm/model.ts'
import { OverBudgetError } from '../llm/over-budget-error.ts'
import { openPostgres } from '../postgres/database.pg.ts'
import type { Database } from '../postgres/database.ts'
import { createLogger } from '../telemetry/logger.ts'
import { createPostgresBudget } from './budget.postgres.ts'
import type { Caps } from './caps.ts'
import { estimateQuestion } from './estimate-question.ts'
import { budgetedModels } from './model.budgeted.ts'
import { microDollars } from './money.ts'
import { ownPrices, withOwnPrices } from './own-prices.ts'
import { createListPrices } from './prices.genai-prices.ts'

const never = new AbortController().signal
const question: Question = {
  purpose: 'find',
  system: 'Answer in JSON.',
  prompt: 'Is this right?',
  answer: { name: 'check', description: 'Whether it is right.', schema: z.object({ ok: z.boolean() }) },
  maxOutputTokens: 10,
}
/** At one dollar for a million tokens, cached or not, in or out: a token is a micro-dollar. */
const prices = withOwnPrices(
  createListPrices(),
  ownPrices.parse([{ model: 'openai-compatible/emulated', from: '2020-01-01', input: 1, output: 1 }]),
)
const answer = (tokens: number): ScriptedAnswer => ({
  kind: 'json',
  value: { ok: true },
  usage: { inputTokens: tokens - 5, outputTokens: 5 },
})
/** Two such questions at once could go beyond it. */
const { worst } = estimateQuestion(question)
const roomForOne = Math.round(1.5 * (worst.inputTokens + worst.outputTokens))
const cap = (money: number): { money: ReturnType<typeof microDollars> } => ({ money: microDollars(money) })

const [kind] = testDatabases()
if (!kind) throw new Error('there is no database')

describe.skipIf(kind.missing)('models within caps', () => {
  let opened: TestDatabase
  let emulator: LlmEmulator
  let inner: Model
  let clock: ManualClock
  let held: (() => void)[]
  let holding: boolean
  let answerTokens: number
  let runs = 0

  beforeAll(async () => {
    opened = await kind.open()
  })
  beforeEach(async () => {
    held = []
    holding = false
    answerTokens = 1_000
    clock = createManualClock()
    emulator = await openLlmEmulator({
      answer: async () => {
        if (holding) await new Promise<void>((resolve) => held.push(resolve))
        return answer(answerTokens)
      },
    })
    inner = openModel({
      provider: 'openai-compatible',
      model: 'emulated',
      apiKey: 'k',
      baseUrl: emulator.baseUrl,
      timeoutMs: 20_000,
    })
    runs += 1
  })
  afterEach(() => emulator.close())
  afterAll(() => opened.drop())

  function within(
    caps: Caps,
    changed: { prices?: typeof prices; repository?: string; database?: Database } = {},
  ): Model {
    const models = budgetedModels(sharedModel(inner), {
      budget: createPostgresBudget(changed.database ?? opened.database, { clock }),
      caps,
      prices: changed.prices ?? prices,
      clock,
      random: () => 0.5,
      observer: {
        refused: () => undefined,
        unsettled: (error) => {
          throw error
        },
        unextended: (error) => {
          throw error
        },
      },
    })
    const repository = changed.repository ?? `octo/${runs}`
    return models.forRun({ tenant: '1', repository, pullRequest: 3, runId: `run ${runs}` })
  }
  /** What becomes of questions asked one after the other. */
  async function ask(model: Model, stakes: readonly (Stakes | undefined)[]): Promise<readonly string[]> {
    const became: string[] = []
    for (const each of stakes) {
      const asked = model.ask({ ...question, ...(each && { stakes: each }) }, never)
      became.push(await asked.then(() => 'asked', errorMessage))
    }
    return became
  }
  const paid = (): number => emulator.requests().length
  const high = undefined

  test('a question is asked as long as the cap has room, and then no more, with the cap by name', async () => {
    expect(await ask(within({ run: cap(3_000) }), [high, high, high, high])).toEqual([
      'asked',
      'asked',
      'asked',
      'over the money cap of this run',
    ])
    expect(paid()).toBe(3)
  })

  test('what is not asked says so by its kind of error, which nobody tries again', async () => {
    const error = await within({ run: cap(1) })
      .ask(question, never)
      .catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(OverBudgetError)
    expect(errorKind(error)).toBe('permanent')
  })

  test.each([
    [{ 'pull-request': cap(1_000) }, 'over the money cap of this pull request'],
    [{ repository: cap(1_000) }, 'over the money cap of this repository for the day'],
    [{ repository: cap(9_000), run: { tokens: 1_000 } }, 'over the token cap of this run'],
  ])('%j', async (caps, words) => {
    expect(await ask(within(caps), [high, high])).toEqual(['asked', words])
  })

  test('near a cap the questions go first for which least is at stake', async () => {
    const model = within({ run: cap(10_000) })
    await ask(
      model,
      Array.from({ length: 8 }, () => high),
    )
    expect(await ask(model, ['least', 'low'])).toEqual(['over the money cap of this run', 'asked'])
    expect(await ask(model, ['least', 'low', high])).toEqual([
      'over the money cap of this run',
      'over the money cap of this run',
      'asked',
    ])
    expect(await ask(model, [high])).toEqual(['over the money cap of this run'])
  })

  test('a new day, and another repository, begin anew', async () => {
    const caps = { repository: cap(1_000) }
    expect(await ask(within(caps), [high, high])).toEqual(['asked', expect.stringContaining('over')])
    expect(await ask(within(caps, { repository: 'octo/other' }), [high])).toEqual(['asked'])
    clock.advance(86_400_000)
    expect(await ask(within(caps), [high])).toEqual(['asked'])
  })

  test('an answer that cannot be used was paid; a question that failed was not', async () => {
    const model = within({ run: cap(2_000) })
    emulator.answerNext({ kind: 'text', text: 'Well.', usage: { inputTokens: 995, outputTokens: 5 } })
    emulator.answerNext({ kind: 'fault', fault: 'server-error' })
    expect(await ask(model, [high, high])).toEqual([
      expect.stringContaining('something other than one JSON object'),
      expect.stringContaining('emulated'),
    ])
    expect(await ask(model, [high, high])).toEqual(['asked', 'over the money cap of this run'])
  })

  test('an answer that was discarded was paid, also when asking once more fails', async () => {
    const atOnce = { now: () => clock.now(), sleep: () => Promise.resolve() }
    inner = retryingModel(inner, { clock: atOnce, random: () => 0 })
    const model = within({ run: cap(1_500) })
    emulator.answerNext({ kind: 'text', text: 'Well.', usage: { inputTokens: 995, outputTokens: 5 } })
    emulator.answerNext({ kind: 'fault', fault: 'bad-key' })
    expect(await ask(model, [high])).toEqual([expect.stringContaining('does not accept the key')])
    expect(await ask(model, [high, high])).toEqual(['asked', 'over the money cap of this run'])
  })

  test('without a known price money stops nothing, and tokens still do', async () => {
    const unknown = { prices: createListPrices() }
    expect(await ask(within({ run: cap(1) }, unknown), [high, high])).toEqual(['asked', 'asked'])
    const both = { run: { ...cap(1), tokens: 2_000 }, repository: { tokens: 50_000 } }
    runs += 1
    expect(await ask(within(both, unknown), [high, high, high])).toEqual([
      'asked',
      'asked',
      'over the token cap of this run',
    ])
  })

  test('a question waits for others whose answers may leave it room', async () => {
    const model = within({ run: cap(roomForOne) })
    answerTokens = 100
    holding = true
    const first = model.ask(question, never)
    await expect.poll(() => held.length).toBe(1)
    const second = model.ask(question, never)
    await clock.sleepers(2)
    expect(paid()).toBe(1)
    held[0]?.()
    await first
    holding = false
    clock.advance(1_000)
    await second
    expect(paid()).toBe(2)
  })

  test('what is set aside stays so as long as its question is under way', async () => {
    const model = within({ run: cap(roomForOne) })
    answerTokens = 100
    holding = true
    const first = model.ask(question, never)
    await expect.poll(() => held.length).toBe(1)
    for (let minute = 0; minute < 10; minute++) {
      await clock.sleepers(1)
      clock.advance(60_000)
    }
    const stopping = new AbortController()
    const second = model.ask(question, stopping.signal).catch(isAbort)
    await clock.sleepers(2)
    expect(paid()).toBe(1)
    stopping.abort()
    expect(await second).toBe(true)
    held[0]?.()
    await first
  })

  test('a wait ends with its signal, and one that lasts gives the run back for later', async () => {
    const model = within({ run: cap(roomForOne) })
    answerTokens = 100
    holding = true
    const first = model.ask(question, never)
    await expect.poll(() => held.length).toBe(1)
    const stopping = new AbortController()
    const stopped = model.ask(question, stopping.signal).catch(isAbort)
    await clock.sleepers(2)
    stopping.abort()
    expect(await stopped).toBe(true)
    const patient = model.ask(question, never).catch(errorKind)
    await clock.sleepers(2)
    clock.advance(31_000)
    expect(await patient).toBe('rate-limited')
    held[0]?.()
    await first
  })

  test('setting the clock back makes a wait no longer', async () => {
    const model = within({ run: cap(roomForOne) })
    holding = true
    const first = model.ask(question, never)
    await expect.poll(() => held.length).toBe(1)
    const patient = model.ask(question, never).catch(errorKind)
    await clock.sleepers(2)
    clock.jump(-3_600_000)
    clock.advance(31_000)
    expect(await patient).toBe('rate-limited')
    held[0]?.()
    await first
  })

  test('many who wait ask the store one after the other, and get their turn in the order in which they came', async () => {
    const model = within({ run: cap(roomForOne) })
    answerTokens = 10
    holding = true
    const first = model.ask(question, never)
    await expect.poll(() => held.length).toBe(1)
    const order: string[] = []
    const waiting: Promise<unknown>[] = []
    for (const name of ['a', 'b', 'c']) {
      waiting.push(model.ask({ ...question, prompt: name }, never).then(() => order.push(name)))
      // Only the first of them sleeps, and asks again.
      if (name === 'a') await clock.sleepers(2)
    }
    held[0]?.()
    await first
    holding = false
    const moving = setInterval(() => clock.advance(50), 1)
    await Promise.all(waiting)
    clearInterval(moving)
    expect(order).toEqual(['a', 'b', 'c'])
  })

  test('a wait for money is no outage: the model to fall back on is not asked in its place', async () => {
    const fallback = openModel({
      provider: 'openai-compatible',
      model: 'fallback',
      apiKey: 'k',
      baseUrl: emulator.baseUrl,
      timeoutMs: 20_000,
    })
    const model = fallbackModel([within({ run: cap(roomForOne) }), fallback])
    answerTokens = 100
    holding = true
    const first = model.ask(question, never)
    await expect.poll(() => held.length).toBe(1)
    const patient = model.ask(question, never).catch(errorKind)
    await clock.sleepers(2)
    clock.advance(31_000)
    expect(await patient).toBe('rate-limited')
    expect(paid()).toBe(1)
    held[0]?.()
    expect((await first).model).toBe(inner.id)
  })

  test('caps that cannot be read are no outage of the model, either', async () => {
    const log = createLogger('silent')
    const away = openPostgres({ url: 'postgres://lorgnette@127.0.0.1:1/none', poolSize: 1, log })
    const model = fallbackModel([within({ run: cap(9_000) }, { database: away }), inner])
    const error = await model.ask(question, never).catch((thrown: unknown) => thrown)
    await away.close()
    expect(error).toMatchObject({ kind: 'retryable', message: expect.stringContaining('caps') as string })
    expect(paid()).toBe(0)
  })

  test('nothing stands in between where nothing is capped', () => {
    const source = sharedModel(inner)
    const options = { prices, clock, random: Math.random, caps: {} }
    const observer = { refused: () => undefined, unsettled: () => undefined, unextended: () => undefined }
    const budget = createPostgresBudget(opened.database)
    expect(budgetedModels(source, { ...options, budget, observer })).toBe(source)
  })
})
