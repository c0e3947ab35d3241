import { setMaxListeners } from 'node:events'

/** Asks for an item of a batch, and gets its result. Ends at an abort of its own signal at once. */
type Ask<Item, Result> = (item: Item, signal: AbortSignal) => Promise<Result>

interface Batch<Item, Result> {
  readonly items: Item[]
  readonly stop: AbortController
  readonly done: Promise<readonly Result[]>
  wanting: number
}

/**
 * Does in one go what several ask for: whoever comes while one batch is at work waits, and all who wait are the next one.
 * `work` returns a result for each item, in their order; what it throws meets all of them. A batch goes on as long as
 * anybody wants it.
 */
export function createBatching<Item, Result>(
  work: (items: readonly Item[], signal: AbortSignal) => Promise<readonly Result[]>,
): Ask<Item, Result> {
  let before: Promise<unknown> = Promise.resolve()
  let next: Batch<Item, Result> | undefined

  function begin(): Batch<Item, Result> {
    const items: Item[] = []
    const stop = new AbortController()
    const done = before.then(() => {
      if (next?.stop === stop) next = undefined
      stop.signal.throwIfAborted()
      return work(items, stop.signal)
    })
    before = done.catch(() => undefined)
    return { items, stop, done, wanting: 0 }
  }

  return async (item, signal) => {
    signal.throwIfAborted()
    // One that everybody left is not taken up again.
    if (!next || next.stop.signal.aborted) next = begin()
    const batch = next
    const at = batch.items.push(item) - 1
    batch.wanting += 1
    const results = await new Promise<readonly Result[]>((resolve, reject) => {
      const leave = (): void => {
        batch.wanting -= 1
        if (batch.wanting === 0) batch.stop.abort(signal.reason)
        reject(signal.reason as Error) // what aborts is an error
      }
      // As many as want it may wait under one signal: they are no leak, for which Node takes more than ten.
      setMaxListeners(0, signal)
      signal.addEventListener('abort', leave, { once: true })
      void batch.done.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave))
    })
    return results[at] as Result // `work` returns one for each
  }
}
