import type { MeasuringClock } from '../src/base/clock.ts'

/** A clock that stands still until a test moves it: sleepers wake when their time has come, in order. */
export interface ManualClock extends MeasuringClock {
  /** Moves the time on, and wakes whoever slept until then. */
  advance(ms: number): void
  /** Somebody sets the clock forward or, by a negative number, back: nobody wakes, and nothing that is measured changes. */
  jump(ms: number): void
  /** Resolves when at least `count` sleepers wait: the moment to advance. */
  sleepers(count: number): Promise<void>
}

export function createManualClock(start = new Date('2026-01-01T00:00:00Z')): ManualClock {
  let passed = 0
  let setBy = start.getTime()
  let sleeping: { until: number; wake: () => void }[] = []
  let watchers: { count: number; tell: () => void }[] = []

  return {
    now: () => new Date(setBy + passed),
    monotonicMs: () => passed,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        signal?.throwIfAborted()
        const abort = (): void => {
          sleeping = sleeping.filter((other) => other !== sleeper)
          reject(signal?.reason as Error) // an AbortSignal's reason, as `throwIfAborted` throws it
        }
        const sleeper = {
          until: passed + Math.max(0, ms),
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
      passed += ms
      const due = sleeping.filter(({ until }) => until <= passed).sort((a, b) => a.until - b.until)
      sleeping = sleeping.filter(({ until }) => until > passed)
      for (const { wake } of due) wake()
    },
    jump(ms) {
      setBy += ms
    },
    sleepers: (count) =>
      new Promise((resolve) => {
        if (sleeping.length >= count) resolve()
        else watchers.push({ count, tell: resolve })
      }),
  }
}
