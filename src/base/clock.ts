import { setTimeout as delay } from 'node:timers/promises'

/** Time as an argument, so that tests decide what time it is and nothing sleeps for real. */
export interface Clock {
  now(): Date
  /** Resolves after `ms` milliseconds (0 and less: at once); rejects with an AbortError when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

/** A clock that also measures time. Somebody may set `now` to anything at any moment: what has to last is measured. */
export interface MeasuringClock extends Clock {
  /** Milliseconds since some moment of this process. It never jumps. */
  monotonicMs(): number
}

export const systemClock: MeasuringClock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
  sleep: async (ms, signal) => {
    await delay(Math.max(0, ms), undefined, signal ? { signal } : {})
  },
}
