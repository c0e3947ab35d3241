import { z } from 'zod'
import { PermanentError, RateLimitedError, RetryableError } from '../base/errors.ts'
import { parseJson } from '../base/json.ts'
import type { Answer } from './answer.ts'

/** GitHub itself said no, in its own JSON: not a proxy on the way. */
export interface Refusal {
  readonly kind: 'refused'
  readonly status: number
  /** GitHub's words, on one line, bounded, without credentials. */
  readonly reason: string
  /** The codes of GitHub's `errors`, such as `too_large`. */
  readonly codes: readonly string[]
}

const refusalBody = z.object({
  message: z.string(),
  errors: z
    .array(
      z.union([z.string(), z.object({ field: z.string(), code: z.string(), message: z.string() }).partial()]),
    )
    .catch([]),
})

/** Undefined when the body is not what GitHub says with an error. */
export function readRefusal(answer: Answer): Refusal | undefined {
  const parsed = refusalBody.safeParse(parseJson(Buffer.from(answer.body).toString()))
  if (!parsed.success) return undefined
  const { message, errors } = parsed.data
  const details = errors.map((error) =>
    typeof error === 'string' ? error : [error.field, error.message ?? error.code].filter(Boolean).join(' '),
  )
  return {
    kind: 'refused',
    status: answer.status,
    reason: quote([message, ...details.filter((detail) => detail !== '')].join(': ')),
    codes: errors.flatMap((error) => (typeof error === 'object' && error.code ? [error.code] : [])),
  }
}

/**
 * The error of an answer that is no success. `what` was tried, in words that follow "could not".
 * Sources: GitHub REST, "Rate limits for the REST API", "Troubleshooting the REST API".
 */
export function failureOf(
  answer: Answer,
  refusal: Refusal | undefined,
  what: string,
  now: Date,
): PermanentError | RetryableError | RateLimitedError {
  const { status } = answer
  const said = refusal ? `${status} ${refusal.reason}` : `${status}`
  const failed = `could not ${what}: `
  const waitMs = rateLimitWaitMs(answer, refusal, now)
  if (waitMs !== undefined) {
    const retryAt = new Date(now.getTime() + waitMs)
    return new RateLimitedError(
      `${failed}GitHub limits our rate until ${retryAt.toISOString()} (${said})`,
      retryAt,
    )
  }
  if (status >= 500 || status === 408) return new RetryableError(`${failed}GitHub failed (${said})`)
  if (!refusal || status < 400) {
    return new RetryableError(
      `${failed}the answer (${said}) does not look like GitHub's: a proxy, or a wrong GITHUB_API_URL`,
    )
  }
  if (status === 409) return new RetryableError(`${failed}GitHub is not ready for it (${said})`)
  return new PermanentError(`${failed}GitHub refused (${said})${remedy(answer)}`)
}

function remedy(answer: Answer): string {
  switch (answer.status) {
    case 401:
      return '. Check GITHUB_TOKEN, or GITHUB_APP_ID with GITHUB_PRIVATE_KEY, and the clock of this machine'
    case 403: {
      const needed = answer.header('x-accepted-github-permissions')
      return needed
        ? `. Grant this permission: ${quote(needed)}`
        : '. Check the permissions of our App or token'
    }
    case 404:
      return '. Check that it exists, and that our App is installed there or our token may see it'
    default:
      return ''
  }
}

const minuteMs = 60_000
const hourMs = 60 * minuteMs

/** How long we are told to wait; undefined when it is no matter of rate. At most an hour: that is GitHub's own window. */
function rateLimitWaitMs(answer: Answer, refusal: Refusal | undefined, now: Date): number | undefined {
  const { status } = answer
  const secondary =
    refusal !== undefined &&
    (/secondary rate limit|abuse detection|submitted too quickly/i.test(refusal.reason) ||
      refusal.codes.includes('abuse'))
  // Writes that came too fast are answered 422 as well, in the clothes of a validation error.
  if (status === 422) return secondary ? minuteMs : undefined
  if (status !== 403 && status !== 429) return undefined
  const retryAfter = answer.header('retry-after')
  if (retryAfter !== undefined) return bounded(delayOf(retryAfter, now))
  if (answer.header('x-ratelimit-remaining') === '0') {
    return bounded(Number(answer.header('x-ratelimit-reset')) * 1000 - now.getTime())
  }
  return secondary || status === 429 || /rate limit/i.test(refusal?.reason ?? '') ? minuteMs : undefined
}

/** `Retry-After` is a number of seconds, or a date. */
function delayOf(retryAfter: string, now: Date): number {
  return /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1000 : Date.parse(retryAfter) - now.getTime()
}

/** A minute for what says nothing, or a time that is over already: one of the two clocks is wrong. */
function bounded(waitMs: number): number {
  return waitMs > 0 ? Math.min(waitMs, hourMs) : minuteMs
}

/** Somebody else's text in a message of ours. */
function quote(text: string): string {
  return text
    .replace(/\b(?:gh[a-z]_|github_pat_)\w+|\bBearer\s+\S+|\beyJ[\w-]+\.[\w-]+\.[\w-]*/gi, '[credential]')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .slice(0, 500)
}
