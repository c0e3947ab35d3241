import { unlessAborted } from '../base/unless-aborted.ts'

/** Work that is under way in this process, by key: whoever wants the same waits for it instead of doing it again. */
export interface Flights<Result> {
  /**
   * Does the work, or waits for the one who is doing it. Where that one fails or is aborted, the next one does it.
   * `joined` says that another one did it.
   */
  run(
    key: string,
    work: () => Promise<Result>,
    signal: AbortSignal,
  ): Promise<{ readonly result: Result; readonly joined: boolean }>
}

export function createFlights<Result>(): Flights<Result> {
  /** Each ends when it is no more in the map; with nothing when the work failed. */
  const flights = new Map<string, Promise<{ readonly result: Result } | undefined>>()
  return {
    run: async (key, work, signal) => {
      for (;;) {
        signal.throwIfAborted()
        const flight = flights.get(key)
        if (!flight) break
        const ended = await unlessAborted(flight, signal)
        if (ended) return { ...ended, joined: true }
      }
      const done = work()
      const flight = done
        .then(
          (result) => ({ result }),
          () => undefined,
        )
        .finally(() => flights.delete(key))
      flights.set(key, flight)
      return { result: await done, joined: false }
    },
  }
}
