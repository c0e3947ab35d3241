import { createHash } from 'node:crypto'
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib'
import { z } from 'zod'
import { parseJson } from '../base/json.ts'
import type { Answer } from '../llm/model.ts'
import type { AnswerKey } from './answer-cache.ts'

/** An answer as it is kept: with the key it belongs to, and what it had cost. */
export type KeptAnswer = Omit<Answer, 'source' | 'cache'>

/*
 * An entry is one line of text: `1 <checksum> <content>`. The content is JSON, compressed with Brotli, in base64.
 * Stores cut, mix up and return things; people restore old ones: so an entry names its form, and shows whether it is whole.
 */
const FORM = '1'
/** No answer is larger: adapters refuse it. What unfolds to more is no entry of ours. */
const MAX_BYTES = 8_000_000
const MAX_CHARACTERS = 16_000_000

const count = z.int().min(0)
const content = z.object({
  key: z.string(),
  value: z.unknown(),
  text: z.string(),
  finishReason: z.enum(['stop', 'length', 'refusal', 'other']),
  rawFinishReason: z.string(),
  usage: z.object({
    inputTokens: count,
    cachedInputTokens: count,
    cacheWriteInputTokens: count.exactOptional(),
    outputTokens: count,
    isEstimated: z.literal(true).exactOptional(),
  }),
  model: z.string(),
})

export function encodeEntry(key: AnswerKey, answer: KeptAnswer): string {
  const { value, text, finishReason, rawFinishReason, usage, model } = answer
  const json = JSON.stringify({ key, value, text, finishReason, rawFinishReason, usage, model })
  // Quality 5 takes a fifth of the time of the default, for a few bytes more.
  const params = { [constants.BROTLI_PARAM_QUALITY]: 5 }
  const bytes = brotliCompressSync(json, { params }).toString('base64')
  return `${FORM} ${checksum(bytes)} ${bytes}`
}

/** The answer, or undefined for anything that is not exactly an entry of this key as it was written. */
export function decodeEntry(key: AnswerKey, entry: string): KeptAnswer | undefined {
  if (entry.length > MAX_CHARACTERS) return undefined
  const [form, sum, bytes = '', ...more] = entry.split(' ')
  if (form !== FORM || sum !== checksum(bytes) || more.length > 0) return undefined
  const read = content.safeParse(parseJson(unfold(bytes) ?? ''))
  if (!read.success || read.data.key !== key) return undefined
  const { key: _key, ...answer } = read.data
  return answer
}

function unfold(bytes: string): string | undefined {
  try {
    return brotliDecompressSync(Buffer.from(bytes, 'base64'), { maxOutputLength: MAX_BYTES }).toString('utf8')
  } catch {
    return undefined
  }
}

function checksum(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 16)
}
