import type { MeasuringClock } from '../base/clock.ts'
import { errorMessage, RetryableError } from '../base/errors.ts'
import type { Logger } from '../telemetry/logger.ts'
import { redisError } from './redis-error.ts'
import { openSession, type Session } from './session.ts'

/** A connection to Redis that is made when it is used, and made again after it was lost. */
export interface Connection {
  /**
   * The session that stands, or a new one. While Redis is away the first caller after each pause tries it, within a
   * second or so, and all others fail at once, so that nobody piles up behind a dead server.
   */
  readonly session: () => Promise<Session>
  /** Safe to call twice. */
  readonly close: () => Promise<void>
}

export interface ConnectionOptions {
  readonly url: string
  readonly log: Logger
  readonly clock: Pick<MeasuringClock, 'monotonicMs'>
}

const CONNECT_MS = 700
const FIRST_PAUSE_MS = 50
const LAST_PAUSE_MS = 2_000

export function openConnection({ url, log, clock }: ConnectionOptions): Connection {
  let current: Session | undefined
  let attempt: Promise<Session> | undefined
  let failures = 0
  let pausedUntil = 0
  let lastFailure: Error | undefined
  let closed = false

  async function connect(): Promise<Session> {
    current?.end() // lets go of what the client library keeps for it
    try {
      const opened = await openSession({ url, connectMs: CONNECT_MS, onLost: warn })
      if (failures > 0) log.info({ failures }, 'connected to Redis again')
      failures = 0
      lastFailure = undefined
      current = opened
      return opened
    } catch (error) {
      lastFailure = redisError(error, 'connect')
      if (failures === 0) warn(lastFailure)
      failures += 1
      pausedUntil = clock.monotonicMs() + Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), LAST_PAUSE_MS)
      throw lastFailure
    }
  }

  function warn(error: Error): void {
    if (!closed) log.warn({ reason: errorMessage(error) }, 'no connection to Redis')
  }

  return {
    session: async () => {
      if (closed) throw new RetryableError('the connection to Redis is closed')
      if (current?.isOpen()) return current
      if (lastFailure && clock.monotonicMs() < pausedUntil) throw lastFailure
      attempt ??= connect().finally(() => (attempt = undefined))
      return attempt
    },
    close: async () => {
      closed = true
      await attempt?.catch(() => undefined)
      current?.end()
    },
  }
}
