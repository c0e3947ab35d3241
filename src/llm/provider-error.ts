import { APICallError } from '@ai-sdk/provider'
import { PermanentError, RateLimitedError, RetryableError } from '../base/errors.ts'
import { BodyTooLargeError } from './bounded-fetch.ts'
import { ContextTooLongError } from './context-too-long-error.ts'
import { ModelUnavailableError } from './model-unavailable-error.ts'
import type { Question } from './model.ts'
import { quotable } from './quotable.ts'
import { rateLimitReset } from './rate-limit-reset.ts'
import { readRefusal } from './read-refusal.ts'
import { UnusableAnswerError } from './unusable-answer-error.ts'

/** How long to wait when a provider says "too many" and not for how long. */
const DEFAULT_WAIT_MS = 20_000

export interface AskedProvider {
  /** `provider/model`. */
  readonly id: string
  /** `provider/model` and where it was asked, for messages. */
  readonly name: string
  /** The setting that holds the key. */
  readonly keySetting: string
  readonly apiKey: string
}

/**
 * Our error for whatever the SDK threw. It holds nothing of the question and nothing of the key: the SDK's errors
 * carry the whole request, so they never become a `cause`, and a provider's words are quoted only when they repeat neither.
 */
export function providerError(thrown: unknown, asked: AskedProvider, question: Question, now: Date): Error {
  const { name, keySetting } = asked
  if (!APICallError.isInstance(thrown)) return notItsProtocol(name)
  if (thrown.statusCode === undefined)
    return new RetryableError(`${name} could not be reached (${networkCode(thrown)})`)
  const { words, codes } = readRefusal(thrown.responseBody)
  const isSuccess = thrown.statusCode < 300
  if (isSuccess && words === '') return brokenAnswer(thrown, asked)

  // A failure told inside a successful response is the server's own, unless it has a code that says otherwise.
  const status = isSuccess ? 500 : thrown.statusCode
  const said = quotable(words, asked.apiKey, `${question.system}\n${question.prompt}`)
  const what = `${name} ${isSuccess ? 'failed' : `answered ${status}`}${said === '' ? '' : `: ${said}`}`
  if (status < 400)
    return new PermanentError(
      `${name} redirects elsewhere (${status}): set LLM_BASE_URL to the final address`,
    )
  if (status === 401) return new ModelUnavailableError(`${name} does not accept the key: check ${keySetting}`)
  if (isQuotaGone(status, codes, words))
    return new ModelUnavailableError(
      `${what}. The account has no credit or quota left: add some, or use another key in ${keySetting}`,
    )
  if (isTooLong(status, codes, words)) return new ContextTooLongError(what)
  const reset = rateLimitReset(thrown.responseHeaders ?? {}, now)
  if (status === 429 || codes.includes('rate_limit_exceeded'))
    return new RateLimitedError(what, reset ?? new Date(now.getTime() + DEFAULT_WAIT_MS))
  if ((status === 503 || status === 529) && reset) return new RateLimitedError(what, reset)
  if (status === 408 || status === 409 || status >= 500 || codes.includes('server_error'))
    return new RetryableError(what)
  if (status === 403) return new ModelUnavailableError(`${what}. Check what the key in ${keySetting} may use`)
  if (status === 404) return new ModelUnavailableError(`${what}. Check LLM_MODEL and LLM_BASE_URL`)
  return new PermanentError(`${what}. Check that LLM_MODEL and LLM_BASE_URL belong together`)
}

/** A success that was none: cut off, too large, or not the provider's protocol. */
function brokenAnswer(error: APICallError, { id, name }: AskedProvider): Error {
  if (causes(error).some((cause) => cause instanceof BodyTooLargeError))
    return new UnusableAnswerError('garbage', `the answer of ${name} is larger than any answer may be`, {
      model: id,
      text: '',
      usage: { inputTokens: 0, cachedInputTokens: 0, outputTokens: 0 },
    })
  const code = networkCode(error)
  return error.responseBody === undefined
    ? new RetryableError(`the answer of ${name} broke off (${code})`)
    : notItsProtocol(name)
}

/** Retryable all the same: proxies put pages of their own in the place of an answer, and it passes. */
function notItsProtocol(name: string): Error {
  return new RetryableError(`${name} answered with something that is not its protocol: check LLM_BASE_URL`)
}

function isQuotaGone(status: number, codes: readonly string[], words: string): boolean {
  return (
    status === 402 ||
    codes.some((code) => code === 'insufficient_quota' || code === 'billing_error') ||
    (status === 400 && /credit balance is too low/i.test(words))
  )
}

/**
 * OpenAI and gateways have a code, Anthropic, vLLM and Ollama words alone. OpenAI's 429 "Request too large" is one too:
 * it exceeds what the account may send in a whole minute, so that no waiting helps.
 */
function isTooLong(status: number, codes: readonly string[], words: string): boolean {
  if (status === 413) return true
  if (
    codes.some((code) => /^(context_length_exceeded|exceed_context_size_error|request_too_large)$/.test(code))
  )
    return true
  if (status === 429) return /^request too large/i.test(words)
  return (
    status < 500 &&
    /prompt is too long|context (length|window|size|limit)|input (length )?exceeds/i.test(words)
  )
}

function networkCode(error: Error): string {
  const coded = causes(error).find((cause) => 'code' in cause && typeof cause.code === 'string')
  return coded && 'code' in coded ? String(coded.code) : 'no reason given'
}

function causes(error: Error): Error[] {
  const chain: Error[] = []
  for (let cause: unknown = error; cause instanceof Error && chain.length < 8; cause = cause.cause)
    chain.push(cause)
  return chain
}
