import { constants, setPriority } from 'node:os'
import pLimit from 'p-limit'

/** Does work of a child process as soon as there is a place for it. */
export type InPlace = <Result>(work: () => Promise<Result>, signal: AbortSignal) => Promise<Result>

/**
 * Places for so many children at once; the others wait in the order in which they came. A hundred children on two cores
 * are done no sooner than two at a time, and meanwhile this process gets so little of the cores that it loses its leases.
 * An abort ends the wait at once; work that has begun ends as it does by itself.
 */
export function createPlaces(count: number): InPlace {
  const places = pLimit(count)
  return (work, signal) =>
    new Promise((resolve, reject) => {
      let hasBegun = false
      const onAbort = (): void => {
        // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- the reason is whatever the aborter gave
        if (!hasBegun) reject(signal.reason)
      }
      signal.addEventListener('abort', onAbort, { once: true })
      places(() => {
        signal.throwIfAborted()
        hasBegun = true
        return work()
      })
        .then(resolve, reject)
        .finally(() => signal.removeEventListener('abort', onAbort))
    })
}

/** A child goes on where this process and its database leave it a core: what they do in a moment keeps leases alive. */
export function goBehind(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL)
  } catch {
    // It has ended already.
  }
}
