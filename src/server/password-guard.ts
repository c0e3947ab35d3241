import { createHash, timingSafeEqual } from 'node:crypto'
import type { MeasuringClock } from '../base/clock.ts'

export type PasswordAnswer =
  | { readonly kind: 'right' | 'wrong' | 'missing' }
  | { readonly kind: 'too-many'; readonly retryAfterSeconds: number }

export interface PasswordGuard {
  /** Judges the `Authorization` header of a request from this address. Any user name will do. */
  judge(authorization: string | undefined, address: string): PasswordAnswer
}

const MAX_WRONG = 10
const WINDOW_MS = 60_000
/** More addresses than this at once are an attack: then all of them share one count. */
const MAX_ADDRESSES = 10_000
const EVERYONE_ELSE = 'everyone else'

/**
 * HTTP Basic with one password. After ten wrong ones from an address within a minute nothing from there is judged until the
 * minute is over, the right password included: else guessing could go on.
 */
export function createPasswordGuard(
  password: string,
  clock: Pick<MeasuringClock, 'monotonicMs'>,
): PasswordGuard {
  const expected = digest(password)
  const wrong = new Map<string, { readonly count: number; readonly until: number }>()

  function forget(now: number): void {
    for (const [key, { until }] of wrong) {
      // Oldest first: all others are younger.
      if (until > now) return
      wrong.delete(key)
    }
  }

  return {
    judge: (authorization, address) => {
      if (authorization === undefined) return { kind: 'missing' }
      const now = clock.monotonicMs()
      forget(now)
      const key = wrong.has(address) || wrong.size < MAX_ADDRESSES ? address : EVERYONE_ELSE
      const { count, until } = wrong.get(key) ?? { count: 0, until: now + WINDOW_MS }
      if (count >= MAX_WRONG) {
        return { kind: 'too-many', retryAfterSeconds: Math.ceil((until - now) / 1_000) }
      }
      // Digests have one length, so the comparison takes the same time for every wrong password.
      const given = passwordOf(authorization)
      if (given !== undefined && timingSafeEqual(digest(given), expected)) return { kind: 'right' }
      wrong.set(key, { count: count + 1, until })
      return { kind: 'wrong' }
    },
  }
}

function passwordOf(authorization: string): string | undefined {
  const encoded = /^basic +([A-Za-z0-9+/=]+)$/i.exec(authorization)?.[1]
  if (encoded === undefined) return undefined
  const pair = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = pair.indexOf(':')
  return colon < 0 ? undefined : pair.slice(colon + 1)
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
