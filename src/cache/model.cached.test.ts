import { getEventListeners, setMaxListeners } from 'node:events'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { openLlmEmulator, type LlmEmulator } from '../../emulators/llm/llm-emulator.ts'
import type { ScriptedAnswer } from '../../emulators/llm/scripted-answer.ts'
import { testCaches } from '../../test/answer-caches.ts'
import { systemClock } from '../base/clock.ts'
import { errorKind, RetryableError } from '../base/errors.ts'
import type { CacheOperation } from '../telemetry/metrics.ts'
import { openModel } from '../llm/model.ai-sdk.ts'
import { sharedModel } from '../llm/model-source.ts'
import type { Answer, CacheLookup, Model, Question } from '../llm/model.ts'
import type { AnswerCache, Turn } from './answer-cache.ts'
import type { AnswerCacheUnderTest } from './answer-cache.contract.ts'
import { encodeEntry } from './answer-entry.ts'
import { answerKey } from './answer-key.ts'
import { cachedModels, type CachedModelsOptions } from './model.cached.ts'

const never = new AbortController().signal
const question: Question = {
  purpose: 'find',
  system: 'Answer in JSON.',
  prompt: 'Is this right?',
  answer: { name: 'check', description: 'Whether it is right.', schema: z.object({ ok: z.boolean() }) },
  maxOutputTokens: 50,
}
const yes = { kind: 'json', value: { ok: true }, usage: { inputTokens: 900, outputTokens: 5 } } as const
const scope = { tenant: '77', repository: 'octo/hello', pullRequest: 3, runId: 'one' }

for (const kind of testCaches()) {
  describe.skipIf(kind.missing)(`models behind the cache on ${kind.name}`, () => {
    let opened: AnswerCacheUnderTest
    let emulator: LlmEmulator
    let inner: Model
    /** Held answers, oldest first, while `holding`. */
    let held: ((script?: ScriptedAnswer) => void)[]
    let holding: boolean
    let lookups: CacheLookup[]
    let errors: CacheOperation[]
    let badEntries: number

    beforeAll(async () => {
      opened = await kind.open()
    })
    beforeEach(async () => {
      held = []
      holding = false
      lookups = []
      errors = []
      badEntries = 0
      emulator = await openLlmEmulator({
        answer: async () => {
          if (!holding) return yes
          return (await new Promise<ScriptedAnswer | undefined>((resolve) => held.push(resolve))) ?? yes
        },
      })
      inner = openModel({ ...asked, apiKey: 'k', baseUrl: emulator.baseUrl, timeoutMs: 20_000 })
    })
    afterEach(async () => {
      await emulator.close()
      await opened.clear()
    })
    afterAll(() => opened.close())

    const asked = { provider: 'openai-compatible', model: 'emulated' } as const
    const identity = (): CachedModelsOptions['asked'] => ({
      ...asked,
      baseUrl: emulator.baseUrl,
      parameters: {},
    })
    const options = (changed: Partial<CachedModelsOptions> = {}): CachedModelsOptions => ({
      cache: opened.cache,
      asked: identity(),
      scope: 'installation',
      ttlMs: 60_000,
      clock: systemClock,
      random: Math.random,
      observer: {
        lookup: (lookup) => lookups.push(lookup),
        badEntry: () => (badEntries += 1),
        error: (operation) => errors.push(operation),
      },
      ...changed,
    })
    /** A model as one process has it; `changed` may give it another side of the cache. */
    const model = (changed: Partial<CachedModelsOptions> = {}, run = scope): Model =>
      cachedModels(sharedModel(inner), options(changed)).forRun(run)
    const paid = (): number => emulator.requests().length
    const keyed = (): ReturnType<typeof answerKey> => answerKey(question, identity(), scope.tenant)

    async function keepEntry(entry: string): Promise<void> {
      const turn = await opened.cache.take(keyed().key, 60_000)
      if (turn.kind !== 'lease') throw new Error(`it is ${turn.kind}`)
      await opened.cache.keep(turn.lease, entry, { ttlMs: 60_000, repository: 'octo/hello' })
    }
    const without = ({ source: _source, cache: _cache, ...answer }: Answer): object => answer

    test('an answer from the cache equals the one that it replaces, and says so', async () => {
      emulator.answerNext({ ...yes, kind: 'text', text: '```json\n{"ok": false, "naïve": "🎩"}\n```' })
      const first = await model().ask(question, never)
      const again = await model({ cache: opened.another }).ask(question, never)
      expect(first).toMatchObject({
        source: 'model',
        value: { ok: false },
        cache: { lookup: 'miss', ...keyed() },
      })
      expect(again).toMatchObject({ source: 'cache', cache: { lookup: 'hit', ...keyed() } })
      expect(without(again)).toEqual(without(first))
      expect(again.usage).toEqual({ inputTokens: 900, cachedInputTokens: 0, outputTokens: 5 })
      expect(paid()).toBe(1)
      expect(lookups).toEqual(['miss', 'hit'])
    })

    test('another question is asked', async () => {
      await model().ask(question, never)
      await model().ask({ ...question, prompt: 'Is that right?' }, never)
      expect(lookups).toEqual(['miss', 'miss'])
      expect(paid()).toBe(2)
    })

    test('what one tenant paid for no other one sees, unless they share', async () => {
      const other = { ...scope, tenant: '78' }
      await model().ask(question, never)
      await model({}, other).ask(question, never)
      expect(paid()).toBe(2)
      await model({ scope: 'shared' }).ask(question, never)
      await model({ scope: 'shared' }, other).ask(question, never)
      expect(paid()).toBe(3)
    })

    test('of many who ask the same at once, in two processes, one pays', async () => {
      holding = true
      const turns: Turn['kind'][] = []
      const watched = (cache: AnswerCache): AnswerCache => ({
        ...cache,
        take: async (...asked) => {
          const turn = await cache.take(...asked)
          turns.push(turn.kind)
          return turn
        },
      })
      const processes = [opened.cache, opened.another].map((cache) => model({ cache: watched(cache) }))
      const { signal } = new AbortController()
      setMaxListeners(100, signal)
      const answers = Promise.all(
        processes.flatMap((each) => Array.from({ length: 25 }, () => each.ask(question, signal))),
      )
      await expect.poll(() => held.length).toBe(1)
      // Who looks only now would find the answer, and has nothing to wait for.
      await expect.poll(() => new Set(turns)).toEqual(new Set(['lease', 'taken']))
      holding = false
      held[0]?.()
      expect((await answers).filter(({ source }) => source === 'model')).toHaveLength(1)
      expect(paid()).toBe(1)
      expect(lookups.toSorted()).toEqual(['miss', ...Array.from({ length: 49 }, () => 'wait')])
      expect(getEventListeners(signal, 'abort')).toEqual([])
    })

    test('when the one who asks fails, the next one asks, in the same process or another', async () => {
      holding = true
      const process = model()
      const first = process.ask(question, never).catch(errorKind)
      await expect.poll(() => held.length).toBe(1)
      const beside = process.ask(question, never)
      const elsewhere = model({ cache: opened.another }).ask(question, never)
      holding = false
      held[0]?.({ kind: 'fault', fault: 'server-error' })
      expect(await first).toBe('retryable')
      expect([(await beside).source, (await elsewhere).source].toSorted()).toEqual(['cache', 'model'])
      expect(paid()).toBe(2)
    })

    test('when the one who asks is aborted, the next one asks', async () => {
      holding = true
      const process = model()
      const stopping = new AbortController()
      const first = process.ask(question, stopping.signal).catch(errorKind)
      await expect.poll(() => held.length).toBe(1)
      const beside = process.ask(question, never)
      const elsewhere = model({ cache: opened.another }).ask(question, never)
      holding = false
      stopping.abort()
      expect(await first).toBe('aborted')
      expect([(await beside).source, (await elsewhere).source].toSorted()).toEqual(['cache', 'model'])
      expect(paid()).toBe(2)
    })

    test('who only waits can be aborted, and the one who asks goes on', async () => {
      holding = true
      const process = model()
      const first = process.ask(question, never)
      await expect.poll(() => held.length).toBe(1)
      const stopping = new AbortController()
      const waiting = [process, model({ cache: opened.another })].map((each) =>
        each.ask(question, stopping.signal).catch(errorKind),
      )
      stopping.abort()
      expect(await Promise.all(waiting)).toEqual(['aborted', 'aborted'])
      held[0]?.()
      expect((await first).source).toBe('model')
    })

    test('when the one who asks dies, another pays once its lease is over', async () => {
      const dead = await opened.another.take(keyed().key, 300)
      expect(dead.kind).toBe('lease')
      expect(await model().ask(question, never)).toMatchObject({ source: 'model', cache: { lookup: 'miss' } })
      expect((await model().ask(question, never)).source).toBe('cache')
    })

    test.each([
      ['garbage', { kind: 'text', text: 'LGTM' }],
      ['cut off', { ...yes, finish: 'length' }],
      ['a refusal', { kind: 'refusal' }],
      ['nothing', { kind: 'text', text: '' }],
      ['a rate limit', { kind: 'fault', fault: 'rate-limited' }],
      ['an answer in a form that the asker cannot read', { kind: 'json', value: { okay: 1 } }],
    ] as const)('an answer that cannot be used is not kept: %s', async (_what, script) => {
      emulator.answerNext(script)
      await model().ask(question, never).catch(errorKind)
      expect(await model().ask(question, never)).toMatchObject({ source: 'model', value: { ok: true } })
      expect(paid()).toBe(2)
    })

    test('what the asker can read is kept, even in a looser form than asked for', async () => {
      emulator.answerNext({ kind: 'json', value: { ok: 'yes' } })
      const accepts = (value: unknown): boolean => z.object({ ok: z.string() }).safeParse(value).success
      const loose = { ...question, answer: { ...question.answer, accepts } }
      await model().ask(loose, never)
      expect(await model().ask(loose, never)).toMatchObject({ source: 'cache', value: { ok: 'yes' } })
    })

    test('an answer of another model than the one that was asked for is not kept in its name', async () => {
      const open = inner
      inner = {
        ...open,
        ask: async (...args) => ({ ...(await open.ask(...args)), model: 'openai/fallback' }),
      }
      await model().ask(question, never)
      expect((await model().ask(question, never)).source).toBe('model')
    })

    describe('an entry that is none is a miss, counted, and replaced', () => {
      const other: Answer = {
        value: { ok: false },
        text: '{"ok": false}',
        finishReason: 'stop',
        rawFinishReason: 'stop',
        usage: { inputTokens: 1, cachedInputTokens: 0, outputTokens: 1 },
        model: 'openai-compatible/emulated',
        source: 'model',
      }
      test.each([
        ['corrupted', () => encodeEntry(keyed().key, other).slice(0, -1)],
        ['of another program', () => '{"ok": false}'],
        ['of another question', () => encodeEntry(answerKey(question, identity(), '78').key, other)],
        ['without what the asker needs', () => encodeEntry(keyed().key, { ...other, value: { okay: true } })],
      ])('%s', async (_what, entry) => {
        await keepEntry(entry())
        expect(await model().ask(question, never)).toMatchObject({
          source: 'model',
          value: { ok: true },
          cache: { lookup: 'bad-entry' },
        })
        expect(await model().ask(question, never)).toMatchObject({ source: 'cache', value: { ok: true } })
        expect({ badEntries, lookups, paid: paid() }).toEqual({
          badEntries: 1,
          lookups: ['bad-entry', 'hit'],
          paid: 1,
        })
      })
    })

    test('a cache that loses everything in mid-question costs a question, and no review', async () => {
      holding = true
      const first = model().ask(question, never)
      await expect.poll(() => held.length).toBe(1)
      await opened.clear()
      const second = model({ cache: opened.another }).ask(question, never)
      await expect.poll(() => held.length).toBe(2)
      held.forEach((release) => release())
      expect([(await first).source, (await second).source]).toEqual(['model', 'model'])
      expect((await model().ask(question, never)).source).toBe('cache')
    })

    const away = (): Promise<never> => Promise.reject(new RetryableError('away'))
    test.each([
      ['take', { take: away }],
      ['keep', { keep: away }],
      ['remove', { remove: away }],
    ] as const)('a cache that fails at %s fails no question', async (operation, failing) => {
      if (operation === 'remove') await keepEntry('none')
      const answer = await model({ cache: { ...opened.cache, ...failing } }).ask(question, never)
      expect(answer).toMatchObject({ source: 'model', value: { ok: true } })
      expect(errors).toEqual([operation])
      expect(paid()).toBe(1)
    })

    test('a cache that fails when a lease is given up hides no failure of the model', async () => {
      emulator.answerNext({ kind: 'text', text: 'LGTM' })
      const answer = model({ cache: { ...opened.cache, giveUp: away } }).ask(question, never)
      await expect(answer).rejects.toThrow(/something other than one JSON/)
      expect(errors).toEqual(['give-up'])
    })
  })
}
