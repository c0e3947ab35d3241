import type { MeasuringClock } from '../base/clock.ts'

/** Values that are made when first asked for, shared while they last, and then made anew. */
export interface ExpiringCache<Value> {
  get(key: string, signal: AbortSignal): Promise<Value>
  /** The value turned out to be no good. One that was made in the meantime stays. */
  forget(key: string, value: Value): void
}

export interface Expiring<Value> {
  readonly value: Value
  /** From the moment that it is there. Somebody may set the clock meanwhile. */
  readonly lastsMs: number
}

interface Kept<Value> {
  readonly value: Value
  readonly untilMs: number
}

/** A key asked for several times at once is made once. A failure is not kept. */
export function createExpiringCache<Value>(
  clock: Pick<MeasuringClock, 'monotonicMs'>,
  make: (key: string, signal: AbortSignal) => Promise<Expiring<Value>>,
): ExpiringCache<Value> {
  const kept = new Map<string, Kept<Value>>()
  const underWay = new Map<string, Promise<Value>>()
  const isOver = ({ untilMs }: Kept<Value>): boolean => untilMs <= clock.monotonicMs()

  async function makeAndKeep(key: string): Promise<Value> {
    try {
      // Not the signal of the one who asks: others may wait for the same value.
      const { value, lastsMs } = await make(key, new AbortController().signal)
      for (const [other, entry] of kept) if (isOver(entry)) kept.delete(other)
      kept.set(key, { value, untilMs: clock.monotonicMs() + lastsMs })
      return value
    } finally {
      underWay.delete(key)
    }
  }

  return {
    get: async (key, signal) => {
      signal.throwIfAborted()
      const entry = kept.get(key)
      if (entry && !isOver(entry)) return entry.value
      const making = underWay.get(key) ?? makeAndKeep(key)
      underWay.set(key, making)
      return untilAborted(making, signal)
    },
    forget: (key, value) => {
      if (kept.get(key)?.value === value) kept.delete(key)
    },
  }
}

/** Waits for the result, but no longer than until the signal aborts. */
async function untilAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  let stop = (): void => undefined
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => reject(signal.reason as Error) // an abort's reason is an error wherever we abort
    signal.addEventListener('abort', stop, { once: true })
  })
  try {
    return await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
