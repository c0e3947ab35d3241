import { expect, test } from 'vitest'
import { createManualClock } from '../../test/manual-clock.ts'
import type { Answer } from '../llm/model.ts'
import type { AnswerKey } from './answer-cache.ts'
import { askUnderLease } from './ask-under-lease.ts'

const lease = { key: 'a'.repeat(64) as AnswerKey, token: 'mine' } // as long as one
const asked: Answer = {
  value: {},
  text: '{}',
  finishReason: 'stop',
  rawFinishReason: 'stop',
  usage: { inputTokens: 1, cachedInputTokens: 0, outputTokens: 1 },
  model: 'openai/gpt',
  source: 'model',
}

/** Asks a model that answers when it is told to, under a lease whose extensions end as `extend` says. */
function askSlowly(extend: () => Promise<boolean>) {
  const clock = createManualClock()
  const calls: string[] = []
  const cache = {
    extend: () => {
      calls.push('extend')
      return extend()
    },
    keep: async () => void calls.push('keep'),
    giveUp: async () => void calls.push('give up'),
  }
  const observer = {
    lookup: () => undefined,
    badEntry: () => undefined,
    error: (operation: string) => void calls.push(`${operation} failed`),
  }
  let answerNow = (): void => undefined
  const answered = new Promise<void>((resolve) => (answerNow = resolve))
  const answer = askUnderLease(lease, { cache, clock, observer }, async () => {
    await answered
    return { asked, entry: 'entry', ttlMs: 1, repository: 'octo/hello' }
  })
  return { clock, calls, answer, answerNow }
}

test('the lease is extended as long as the model thinks, and three times before it would end', async () => {
  const { clock, calls, answer, answerNow } = askSlowly(() => Promise.resolve(true))
  for (let times = 0; times < 4; times++) {
    await clock.sleepers(1)
    clock.advance(10_000 / 3)
  }
  await clock.sleepers(1)
  answerNow()
  expect(await answer).toBe(asked)
  expect(calls).toEqual(['extend', 'extend', 'extend', 'extend', 'keep'])
})

test('a lost lease is not extended again, and the answer is kept all the same', async () => {
  const { clock, calls, answer, answerNow } = askSlowly(() => Promise.resolve(false))
  await clock.sleepers(1)
  clock.advance(10_000 / 3)
  answerNow()
  expect(await answer).toBe(asked)
  expect(calls).toEqual(['extend', 'keep'])
})

test('an extension that fails is counted, and tried again', async () => {
  let fails = true
  const { clock, calls, answer, answerNow } = askSlowly(() =>
    fails ? Promise.reject(new Error('away')) : Promise.resolve(true),
  )
  await clock.sleepers(1)
  clock.advance(10_000 / 3)
  await clock.sleepers(1)
  fails = false
  clock.advance(10_000 / 3)
  await clock.sleepers(1)
  answerNow()
  await answer
  expect(calls).toEqual(['extend', 'extend failed', 'extend', 'keep'])
})
