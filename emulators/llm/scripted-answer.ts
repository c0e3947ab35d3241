import { z } from 'zod'

const count = z.int().nonnegative()
const usage = z.object({
  inputTokens: count,
  cachedInputTokens: count.default(0),
  cacheWriteInputTokens: count.default(0),
  outputTokens: count,
})

const written = {
  finish: z.enum(['stop', 'length', 'content-filter']).optional(),
  /** What the provider says it took; estimated from lengths when absent. `inputTokens` includes those of the cache. */
  usage: usage.optional(),
  latencyMs: count.optional(),
}

/** Faults that every provider words in its own way. */
const providerFault = z.enum([
  'bad-key',
  'forbidden',
  'no-such-model',
  'bad-request',
  'context-too-long',
  'rate-limited',
  'quota-gone',
  'server-error',
  'overloaded',
])
export type ProviderFault = z.infer<typeof providerFault>

/** What the emulator does with one question. */
export const scriptedAnswer = z.discriminatedUnion('kind', [
  /** The value as JSON text. */
  z.object({ kind: z.literal('json'), value: z.json(), ...written }),
  /** The text to the letter: fenced JSON, prose, half a JSON, nothing, megabytes. */
  z.object({ kind: z.literal('text'), text: z.string(), ...written }),
  /** The model declines, in the provider's form. */
  z.object({ kind: z.literal('refusal'), text: z.string().default('I cannot help with that.'), ...written }),
  /** A fault in the provider's own status, headers and body. */
  z.object({
    kind: z.literal('fault'),
    fault: providerFault,
    headers: z.record(z.string(), z.string()).optional(),
    latencyMs: count.optional(),
  }),
  /** Any HTTP answer at all. */
  z.object({
    kind: z.literal('http'),
    status: z.int().min(200).max(599),
    headers: z.record(z.string(), z.string()).optional(),
    body: z.string().default(''),
    latencyMs: count.optional(),
  }),
  /** The connection stays open and nothing ever comes. */
  z.object({ kind: z.literal('hang') }),
  /** The connection is reset before the first byte. */
  z.object({ kind: z.literal('reset') }),
  /** The connection is cut in the middle of an answer that began well. */
  z.object({ kind: z.literal('cut'), text: z.string().default('{"half": "an answer"}') }),
  /** A good answer, one byte at a time. */
  z.object({ kind: z.literal('drip'), text: z.string(), everyMs: z.int().positive() }),
])
export type ScriptedAnswer = z.input<typeof scriptedAnswer>
