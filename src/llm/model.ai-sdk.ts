import { createAnthropic } from '@ai-sdk/anthropic'
import { createOpenAI } from '@ai-sdk/openai'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import type { LanguageModelV3, LanguageModelV3CallOptions } from '@ai-sdk/provider'
import { systemClock, type Clock } from '../base/clock.ts'
import { PermanentError, RetryableError } from '../base/errors.ts'
import { answerJsonSchema } from './answer-json-schema.ts'
import { boundedFetch } from './bounded-fetch.ts'
import { startDeadline } from './deadline.ts'
import type { Model, Question } from './model.ts'
import type { ModelId, ModelProvider } from './parse-model-id.ts'
import { patientFetch } from './patient-fetch.ts'
import { providerError } from './provider-error.ts'
import { usableAnswer } from './usable-answer.ts'

export interface ModelOptions extends ModelId {
  /** Required by OpenAI and Anthropic; local servers take none. */
  readonly apiKey?: string
  /** The address that ends in `/v1`; required for compatible servers, the provider's own by default. */
  readonly baseUrl?: string
  /** For a whole answer; may be an hour: a person or a batch system may answer in the place of a model. */
  readonly timeoutMs: number
  /** Whether a compatible server follows a JSON Schema (vLLM, LM Studio); many do not, so it gets it in words. */
  readonly followsSchema?: boolean
  /** Larger answers are refused. 2 MB by default. */
  readonly maxAnswerBytes?: number
  readonly clock?: Clock
  readonly fetch?: typeof globalThis.fetch
}

/** A model of any provider through the AI SDK's provider packages. Throws a permanent error for settings that cannot work. */
export function openModel(options: ModelOptions): Model {
  const { model, timeoutMs, maxAnswerBytes = 2_000_000, followsSchema = false, clock = systemClock } = options
  const provider = providers[options.provider]
  const apiKey = readKey(options.apiKey, provider)
  const baseURL = readBaseUrl(options.baseUrl ?? provider.baseUrl)
  const fetch = boundedFetch(options.fetch ?? patientFetch(timeoutMs), maxAnswerBytes)
  const languageModel = provider.open(model, { baseURL, apiKey, fetch, followsSchema })
  const sayInWords = options.provider === 'openai-compatible' && !followsSchema
  const id = `${options.provider}/${model}`
  const asked = { id, name: `${id} at ${new URL(baseURL).origin}`, keySetting: provider.keySetting, apiKey }

  return {
    id,
    async ask(question, signal) {
      signal.throwIfAborted()
      const call = callOptions(question, sayInWords)
      const deadline = startDeadline(timeoutMs, signal)
      let result
      try {
        // The SDK's own `generateText` around this one call would retry, and write warnings to the console.
        result = await languageModel.doGenerate({ ...call, abortSignal: deadline.signal })
      } catch (error) {
        signal.throwIfAborted()
        if (deadline.isOver()) throw new RetryableError(`${asked.name} did not answer within ${timeoutMs} ms`)
        throw providerError(error, asked, question, clock.now())
      } finally {
        deadline.clear()
      }
      return usableAnswer(id, result)
    },
  }
}

function callOptions(question: Question, sayInWords: boolean): LanguageModelV3CallOptions {
  const schema = answerJsonSchema(question.answer)
  const { name, description } = question.answer
  // The schema in words stands behind the rules and before the question: the prefix stays the same.
  const words = `\n\nAnswer with one JSON object and nothing else. It follows this JSON Schema (${name}: ${description}):\n${JSON.stringify(schema)}`
  return {
    prompt: [
      {
        role: 'system',
        content: sayInWords ? question.system + words : question.system,
        providerOptions: { anthropic: { cacheControl: { type: 'ephemeral' } } },
      },
      { role: 'user', content: [{ type: 'text', text: question.prompt }] },
    ],
    maxOutputTokens: question.maxOutputTokens,
    responseFormat: sayInWords ? { type: 'json' } : { type: 'json', schema, name, description },
    // Nobody else's code is left at the provider for 30 days, which is OpenAI's default.
    providerOptions: { openai: { store: false } },
  }
}

interface Connection {
  readonly baseURL: string
  readonly apiKey: string
  readonly fetch: typeof globalThis.fetch
  readonly followsSchema: boolean
}

interface Provider {
  readonly keySetting: string
  readonly needsKey: boolean
  readonly baseUrl?: string
  open(model: string, connection: Connection): LanguageModelV3
}

// Every address and key is handed over: what is left out the SDK looks up in the environment, which only config.ts may read.
const providers: Record<ModelProvider, Provider> = {
  openai: {
    keySetting: 'OPENAI_API_KEY',
    needsKey: true,
    baseUrl: 'https://api.openai.com/v1',
    open: (model, { baseURL, apiKey, fetch }) => createOpenAI({ baseURL, apiKey, fetch }).responses(model),
  },
  anthropic: {
    keySetting: 'ANTHROPIC_API_KEY',
    needsKey: true,
    baseUrl: 'https://api.anthropic.com/v1',
    open: (model, { baseURL, apiKey, fetch }) => createAnthropic({ baseURL, apiKey, fetch }).messages(model),
  },
  'openai-compatible': {
    keySetting: 'OPENAI_API_KEY',
    needsKey: false,
    open: (model, { followsSchema, ...connection }) =>
      createOpenAICompatible({
        ...connection,
        name: 'openai-compatible',
        supportsStructuredOutputs: followsSchema,
      }).chatModel(model),
  },
}

/** The errors of `fetch` would quote a key that is no header value, and an address with a password in it. */
function readKey(text: string | undefined, { keySetting, needsKey }: Provider): string {
  const key = text?.trim() ?? ''
  if (key === '' && needsKey) throw new PermanentError(`${keySetting} is not set`)
  if (!/^[\x21-\x7e]*$/.test(key)) throw new PermanentError(`${keySetting} holds characters that no key has`)
  return key
}

function readBaseUrl(text: string | undefined): string {
  if (text === undefined)
    throw new PermanentError('LLM_BASE_URL is not set: a compatible server has no address by itself')
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '')
    throw new PermanentError('LLM_BASE_URL must be an http or https address without user and password')
  return url.href.replace(/\/+$/, '')
}
