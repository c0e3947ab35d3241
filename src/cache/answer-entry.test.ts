import { createHash } from 'node:crypto'
import { brotliCompressSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { AnswerKey } from './answer-cache.ts'
import { decodeEntry, encodeEntry, type KeptAnswer } from './answer-entry.ts'

const key = 'a'.repeat(64) as AnswerKey // as long as one
const answer: KeptAnswer = {
  value: { findings: [{ title: 'Divides by zero', confidence: 0.1 + 0.2, replacement: null }] },
  text: '{"findings": …}',
  finishReason: 'stop',
  rawFinishReason: 'end_turn',
  usage: { inputTokens: 1_200, cachedInputTokens: 1_000, outputTokens: 34 },
  model: 'openai/gpt',
}

test('an answer comes back as it was kept, whatever a model wrote', () => {
  expect(decodeEntry(key, encodeEntry(key, answer))).toEqual(answer)
  const estimated: KeptAnswer = { ...answer, usage: { ...answer.usage, isEstimated: true } }
  expect(decodeEntry(key, encodeEntry(key, estimated))).toEqual(estimated)
  fc.assert(
    fc.property(fc.jsonValue(), fc.string({ unit: 'binary' }), (value, text) => {
      const read = decodeEntry(key, encodeEntry(key, { ...answer, value, text }))
      // JSON knows no -0.
      expect(read).toEqual({ ...answer, value: JSON.parse(JSON.stringify(value)) as unknown, text })
    }),
  )
})

test('an entry is smaller than the answer in it', () => {
  const findings = Array.from({ length: 20 }, (_, index) => ({
    title: `Problem ${index} of this change`,
    severity: 'high',
  }))
  const long = { ...answer, value: { findings }, text: JSON.stringify({ findings }) }
  expect(encodeEntry(key, long).length).toBeLessThan(JSON.stringify(long).length / 4)
})

/** An entry around any content, with a checksum that is right. */
function forged(content: string | Buffer): string {
  const bytes = brotliCompressSync(content).toString('base64')
  return `1 ${createHash('sha256').update(bytes).digest('base64url').slice(0, 16)} ${bytes}`
}

describe('is not an answer', () => {
  const entry = encodeEntry(key, answer)
  const whole = { key, ...answer }

  test('the forged ones below fail for what is in them, not for their form', () => {
    expect(decodeEntry(key, forged(JSON.stringify(whole)))).toEqual(answer)
  })

  test.each([
    ['nothing', ''],
    ['something of another program', 'true'],
    ['an entry of another form', entry.replace(/^1/, '2')],
    ['half an entry', entry.slice(0, entry.length / 2)],
    ['an entry with something behind it', `${entry} more`],
    [
      'an entry with one character changed',
      entry.slice(0, -8) + (entry.at(-8) === 'A' ? 'B' : 'A') + entry.slice(-7),
    ],
    ['an entry without its checksum', entry.replace(/ \S+ /, ' ')],
    ['something that is not compressed', forged('x').replace(/ \S+$/, ' eA==')],
    ['something that is no JSON', forged('{"key": ')],
    ['a list', forged(JSON.stringify([whole]))],
    ['an answer without its key', forged(JSON.stringify(answer))],
    ['an answer without its cost', forged(JSON.stringify({ ...whole, usage: undefined }))],
    ['a negative cost', forged(JSON.stringify({ ...whole, usage: { ...answer.usage, inputTokens: -1 } }))],
    ['half a token', forged(JSON.stringify({ ...whole, usage: { ...answer.usage, outputTokens: 0.5 } }))],
    ['an unknown end', forged(JSON.stringify({ ...whole, finishReason: 'bored' }))],
  ])('%s', (_what, text) => {
    expect(decodeEntry(key, text)).toBeUndefined()
  })

  test('an answer to another question, moved here', () => {
    expect(decodeEntry('b'.repeat(64) as AnswerKey, entry)).toBeUndefined()
  })

  test('what unfolds to more than any answer has', () => {
    const bomb = forged(Buffer.alloc(100_000_000, ' '))
    expect(bomb.length).toBeLessThan(10_000)
    expect(decodeEntry(key, bomb)).toBeUndefined()
  })
})
