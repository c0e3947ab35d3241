import type { MeasuringClock } from '../base/clock.ts'

/** Rings once when the earliest of the times it was set to has come. */
export interface DueAlarm {
  /** Sets it to `ms` from now, unless it rings before. Negative: there is nothing to ring for. */
  readonly set: (ms: number) => void
  readonly stop: () => void
}

/** The longest that one timer can last; an alarm that rings too early does no harm. */
const LONGEST_MS = 3_600_000

export function createDueAlarm(clock: MeasuringClock, ring: () => void): DueAlarm {
  let pending: { readonly at: number; readonly cancel: AbortController } | undefined
  let stopped = false

  async function sleepThenRing(at: number, cancel: AbortSignal): Promise<void> {
    try {
      await clock.sleep(at - clock.monotonicMs(), cancel)
    } catch {
      return // stopped, or set to an earlier time
    }
    pending = undefined
    ring()
  }

  return {
    set: (ms) => {
      const at = clock.monotonicMs() + Math.min(ms, LONGEST_MS)
      if (ms < 0 || stopped || (pending && pending.at <= at)) return
      pending?.cancel.abort()
      const cancel = new AbortController()
      pending = { at, cancel }
      void sleepThenRing(at, cancel.signal)
    },
    stop: () => {
      stopped = true
      pending?.cancel.abort()
    },
  }
}
