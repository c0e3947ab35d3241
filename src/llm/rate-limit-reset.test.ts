import fc from 'fast-check'
import { expect, test } from 'vitest'
import { rateLimitReset } from './rate-limit-reset.ts'

const now = new Date('2026-01-01T00:00:00Z')

test.each<[Record<string, string>, seconds: number]>([
  [{ 'retry-after': '20' }, 20],
  [{ 'retry-after': '0' }, 0],
  [{ 'retry-after': '0.5' }, 0.5],
  [{ 'retry-after': 'Thu, 01 Jan 2026 00:01:00 GMT' }, 60],
  [{ 'retry-after': 'Wed, 31 Dec 2025 23:00:00 GMT' }, 0],
  [{ 'retry-after-ms': '1500', 'retry-after': '2' }, 1.5],
  [{ 'retry-after': '20', 'x-ratelimit-reset-requests': '6m0s' }, 20],
  [{ 'x-ratelimit-reset-requests': '6m0s' }, 360],
  [{ 'x-ratelimit-reset-tokens': '120ms' }, 0.12],
  [{ 'x-ratelimit-reset-tokens': '1h2m3.5s' }, 3723.5],
  [
    {
      'x-ratelimit-remaining-requests': '99',
      'x-ratelimit-reset-requests': '1h0m0s',
      'x-ratelimit-remaining-tokens': '0',
      'x-ratelimit-reset-tokens': '7s',
    },
    7,
  ],
  [{ 'x-ratelimit-reset-requests': '1s', 'x-ratelimit-reset-tokens': '7s' }, 7],
  [{ 'anthropic-ratelimit-requests-reset': '2026-01-01T00:00:30Z' }, 30],
  [
    {
      'anthropic-ratelimit-input-tokens-remaining': '0',
      'anthropic-ratelimit-input-tokens-reset': '2026-01-01T00:00:10Z',
      'anthropic-ratelimit-requests-remaining': '49',
      'anthropic-ratelimit-requests-reset': '2026-01-01T00:01:00Z',
    },
    10,
  ],
  [{ 'retry-after': '999999999' }, 86_400],
])('%j means %d seconds', (headers, seconds) => {
  expect(rateLimitReset(headers, now)).toEqual(new Date(now.getTime() + seconds * 1000))
})

test.each<Record<string, string>>([
  {},
  { date: 'Thu, 01 Jan 2026 00:00:00 GMT' },
  { 'retry-after': 'soon' },
  { 'retry-after': '' },
  { 'x-ratelimit-reset-tokens': '' },
  { 'x-ratelimit-remaining-tokens': '0' },
])('%j says nothing', (headers) => {
  expect(rateLimitReset(headers, now)).toBeUndefined()
})

test('whatever a server writes, the wait is a time within a day', () => {
  const name = fc.constantFrom(
    'retry-after',
    'retry-after-ms',
    'x-ratelimit-reset-tokens',
    'anthropic-ratelimit-x-reset',
  )
  fc.assert(
    fc.property(fc.dictionary(name, fc.oneof(fc.string(), fc.double().map(String))), (headers) => {
      const waitMs = (rateLimitReset(headers, now)?.getTime() ?? now.getTime()) - now.getTime()
      expect(waitMs >= 0 && waitMs <= 86_400_000).toBe(true)
    }),
  )
})
