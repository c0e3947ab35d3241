import pLimit from 'p-limit'

/**
 * Calls `work` for every item, at most `limit` at once, and returns the results in the order of the items.
 * After the first failure or an abort no further item is started; the failure is thrown once the started ones ended.
 */
export async function mapBounded<Item, Result>(
  items: readonly Item[],
  limit: number,
  work: (item: Item, index: number) => Promise<Result>,
  signal?: AbortSignal,
): Promise<Result[]> {
  const run = pLimit(limit)
  let failure: { error: unknown } | undefined
  const results = await Promise.allSettled(
    items.map((item, index) =>
      run(async () => {
        if (failure) throw failure.error
        try {
          signal?.throwIfAborted()
          return await work(item, index)
        } catch (error) {
          failure ??= { error }
          throw error
        }
      }),
    ),
  )
  if (failure) throw failure.error
  return results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
}

/** Runs one piece of work at a time, in the order of the calls. */
export function createMutex(): <Result>(work: () => Promise<Result>) => Promise<Result> {
  const run = pLimit(1)
  return (work) => run(work)
}

/** Does work as soon as there is a place for it. */
export type InPlace = <Result>(work: () => Promise<Result>, signal: AbortSignal) => Promise<Result>

/**
 * Places for so many pieces of work at once; others wait in the order in which they came. An abort ends the wait at once;
 * work that has begun ends as it does by itself.
 */
export function createPlaces(count: number): InPlace {
  const places = pLimit(count)
  return (work, signal) =>
    new Promise((resolve, reject) => {
      signal.throwIfAborted()
      // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- the reason is whatever the aborter gave
      const onAbort = (): void => reject(signal.reason)
      signal.addEventListener('abort', onAbort, { once: true })
      places(() => {
        signal.removeEventListener('abort', onAbort)
        signal.throwIfAborted()
        return work()
      }).then(resolve, reject)
    })
}
