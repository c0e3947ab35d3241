import type { Clock } from '../src/base/clock.ts'

/** A clock that stands still until a test moves it: sleepers wake when their time has come, in order. */
export interface ManualClock extends Clock {
  /** Moves the time on, and wakes whoever slept until then. */
  advance(ms: number): void
  /** Resolves when at least `count` sleepers wait: the moment to advance. */
  sleepers(count: number): Promise<void>
}

export function createManualClock(start = new Date('2026-01-01T00:00:00Z')): ManualClock {
  let now = start.getTime()
  let sleeping: { until: number; wake: () => void }[] = []
  let watchers: { count: number; tell: () => void }[] = []

  return {
    now: () => new Date(now),
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        signal?.throwIfAborted()
        const abort = (): void => {
          sleeping = sleeping.filter((other) => other !== sleeper)
          reject(signal?.reason as Error) // an AbortSignal's reason, as `throwIfAborted` throws it
        }
        const sleeper = {
          until: now + Math.max(0, ms),
          wake: () => {
            signal?.removeEventListener('abort', abort)
            resolve()
          },
        }
        signal?.addEventListener('abort', abort, { once: true })
        sleeping.push(sleeper)
        watchers = watchers.filter(({ count, tell }) => {
          if (sleeping.length < count) return true
          tell()
          return false
        })
      }),
    advance(ms) {
      now += ms
      const due = sleeping.filter(({ until }) => until <= now).sort((a, b) => a.until - b.until)
      sleeping = sleeping.filter(({ until }) => until > now)
      for (const { wake } of due) wake()
    },
    sleepers: (count) =>
      new Promise((resolve) => {
        if (sleeping.length >= count) resolve()
        else watchers.push({ count, tell: resolve })
      }),
  }
}
