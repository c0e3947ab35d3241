import { createSign, type KeyObject } from 'node:crypto'
import type { Clock } from '../base/clock.ts'
import type { Authorization } from './authorization.ts'

/** A difference of clocks that the margin of a JWT does not cover. */
const noticeableSkewMs = 30_000

/**
 * The rights of the App itself: to ask who it is, where it is installed, and for tokens of its installations.
 * A clock that is wrong makes GitHub refuse; then GitHub's own time, which stands in the answer, is used from then on.
 */
export function appAuthorization(app: {
  readonly id: number
  readonly privateKey: KeyObject
  readonly clock: Clock
}): Authorization {
  let skewMs = 0
  return {
    header: () => {
      const now = new Date(app.clock.now().getTime() + skewMs)
      return Promise.resolve(`Bearer ${signAppToken(app.id, app.privateKey, now)}`)
    },
    refused: (_header, answer) => {
      const measuredMs = Date.parse(answer.header('date') ?? '') - app.clock.now().getTime()
      if (!(Math.abs(measuredMs - skewMs) > noticeableSkewMs)) return false
      skewMs = measuredMs
      return true
    },
  }
}

/**
 * A JSON Web Token of the App, good for nine minutes; issued a minute ago, in case our clock is ahead of GitHub's.
 * Source: GitHub, "Generating a JSON Web Token (JWT) for a GitHub App".
 */
function signAppToken(id: number, privateKey: KeyObject, now: Date): string {
  const seconds = Math.floor(now.getTime() / 1000)
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const signed = `${part({ alg: 'RS256', typ: 'JWT' })}.${part({ iat: seconds - 60, exp: seconds + 540, iss: id })}`
  return `${signed}.${createSign('RSA-SHA256').update(signed).sign(privateKey, 'base64url')}`
}
