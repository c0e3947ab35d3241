/** Bounds what a header can make us wait: providers have daily limits, and none longer. */
const LONGEST_WAIT_MS = 24 * 60 * 60 * 1000

type Headers = Readonly<Record<string, string>>

/**
 * The time for which the headers of an answer ask us to wait; undefined when they say nothing.
 * `retry-after(-ms)` decides; else the latest reset among the limits that have nothing left, or among all
 * when none says so. Names of `headers` are in lower case.
 * Sources: RFC 9110, 10.2.3; OpenAI, "Rate limits in headers" (durations); Anthropic, "Rate limits" (RFC 3339 times).
 */
export function rateLimitReset(headers: Headers, now: Date): Date | undefined {
  const waitMs = retryAfterMs(headers, now) ?? latestResetMs(headers, now)
  if (waitMs === undefined) return undefined
  return new Date(now.getTime() + Math.min(Math.max(0, waitMs), LONGEST_WAIT_MS))
}

function retryAfterMs(headers: Headers, now: Date): number | undefined {
  return (
    number(headers['retry-after-ms']) ??
    seconds(headers['retry-after']) ??
    untilMs(headers['retry-after'], now)
  )
}

function latestResetMs(headers: Headers, now: Date): number | undefined {
  const limits = Object.entries(headers).flatMap(([name, value]) => {
    const remaining = name
      .replace(/^x-ratelimit-reset-/, 'x-ratelimit-remaining-')
      .replace(/^(anthropic-ratelimit-.+)-reset$/, '$1-remaining')
    if (remaining === name) return []
    const waitMs = durationMs(value) ?? untilMs(value, now)
    return waitMs === undefined ? [] : [{ waitMs, isExhausted: number(headers[remaining]) === 0 }]
  })
  const exhausted = limits.filter((limit) => limit.isExhausted)
  const waits = (exhausted.length > 0 ? exhausted : limits).map((limit) => limit.waitMs)
  return waits.length > 0 ? Math.max(...waits) : undefined
}

/** OpenAI's `1s`, `6m0s`, `120ms`, `1h2m3.5s`. */
function durationMs(text: string): number | undefined {
  const match =
    /^(?:(\d{1,6})d)?(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,6}(?:\.\d{1,9})?)s)?(?:(\d{1,9})ms)?$/.exec(text)
  if (!match || text === '') return undefined
  const [days = 0, hours = 0, minutes = 0, seconds = 0, milliseconds = 0] = match
    .slice(1)
    .map((part) => Number(part ?? 0))
  return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000 + milliseconds
}

function untilMs(text: string | undefined, now: Date): number | undefined {
  const time = Date.parse(text ?? '')
  return Number.isNaN(time) ? undefined : time - now.getTime()
}

function seconds(text: string | undefined): number | undefined {
  const value = number(text)
  return value === undefined ? undefined : value * 1000
}

function number(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}(\.\d{1,9})?$/.test(text.trim()) ? Number(text) : undefined
}
