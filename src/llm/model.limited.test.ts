import { getEventListeners } from 'node:events'
import { createPlaces } from '../base/concurrency.ts'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { openLlmEmulator, type LlmEmulator } from '../../emulators/llm/llm-emulator.ts'
import { errorKind } from '../base/errors.ts'
import { openModel } from './model.ai-sdk.ts'
import { limitedModel } from './model.limited.ts'
import type { Model, Question } from './model.ts'

let emulator: LlmEmulator
let model: Model
let release: (() => void)[]

beforeEach(async () => {
  release = []
  emulator = await openLlmEmulator({
    answer: async () => {
      await new Promise<void>((resolve) => release.push(resolve))
      return { kind: 'json', value: { ok: true } }
    },
  })
  const { baseUrl } = emulator
  const open = openModel({ provider: 'openai', model: 'gpt-5.2', apiKey: 'k', baseUrl, timeoutMs: 20_000 })
  model = limitedModel(open, createPlaces(2))
})
afterEach(() => emulator.close())

const question: Question = {
  purpose: 'probe',
  system: 'Answer in JSON.',
  prompt: 'Are you there?',
  answer: { name: 'probe', description: 'Whether it works.', schema: z.object({ ok: z.boolean() }) },
  maxOutputTokens: 50,
}
const underWay = (): number => emulator.requests().filter((request) => request.outcome === 'pending').length

test('at most so many questions are under way, and all are answered', async () => {
  const { signal } = new AbortController()
  const answers = Promise.all([1, 2, 3, 4, 5].map(() => model.ask(question, signal)))
  for (let answered = 0; answered < 5; answered++) {
    await expect.poll(() => release.length).toBeGreaterThan(0)
    expect(underWay()).toBeLessThanOrEqual(2)
    release.shift()?.()
  }
  expect(await answers).toHaveLength(5)
  expect(emulator.requests()).toHaveLength(5)
  expect(getEventListeners(signal, 'abort')).toEqual([])
})

test('an abort ends the wait at once, and the question is never asked', async () => {
  const others = new AbortController()
  const busy = [model.ask(question, others.signal), model.ask(question, others.signal)]
  await expect.poll(underWay).toBe(2)
  const waiting = new AbortController()
  const outcome = model.ask(question, waiting.signal).catch(errorKind)
  waiting.abort()
  expect(await outcome).toBe('aborted')
  release.splice(0).forEach((answer) => answer())
  await Promise.all(busy)
  expect(emulator.requests()).toHaveLength(2)
  expect(getEventListeners(waiting.signal, 'abort')).toEqual([])
})

test('a question that fails or is aborted gives its place back', async () => {
  const controller = new AbortController()
  const aborted = [model.ask(question, controller.signal), model.ask(question, controller.signal)].map(
    (asked) => asked.catch(errorKind),
  )
  await expect.poll(underWay).toBe(2)
  const next = model.ask(question, new AbortController().signal)
  controller.abort()
  expect(await Promise.all(aborted)).toEqual(['aborted', 'aborted'])
  await expect.poll(() => release.length).toBe(3)
  release.splice(0).forEach((answer) => answer())
  expect(await next).toMatchObject({ value: { ok: true } })
})
