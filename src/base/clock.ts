import { setTimeout as delay } from 'node:timers/promises'

/** Time as an argument, so that tests decide what time it is and nothing sleeps for real. */
export interface Clock {
  now(): Date
  /** Resolves after `ms` milliseconds (0 and less: at once); rejects with an AbortError when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

export const systemClock: Clock = {
  now: () => new Date(),
  sleep: async (ms, signal) => {
    await delay(Math.max(0, ms), undefined, signal ? { signal } : {})
  },
}
