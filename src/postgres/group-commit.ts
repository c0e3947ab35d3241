import { errorKind, RetryableError } from '../base/errors.ts'

/** Calls that share transactions. */
export interface GroupCommit<Item, Result> {
  add(item: Item): Promise<Result>
  /** Waits for what was added; refuses more. */
  close(): Promise<void>
}

export interface GroupCommitLimits {
  /** Calls that wait at most: one more is refused at once with a retryable error, so that nothing piles up. */
  readonly maxWaiting: number
  /** Calls that share one transaction at most. */
  readonly maxTogether: number
}

/**
 * Collects calls while a transaction is under way and commits them together with the next one. Alone, a call waits for
 * nobody; under load, the cost of a commit is shared by many.
 *
 * `commit` does all of its items or none, and returns a result for each, in order. When it rejects for good, its items
 * are tried one by one, so that a bad one fails alone. When it rejects as retryable, so do all its calls.
 */
export function createGroupCommit<Item, Result>(
  commit: (items: readonly Item[]) => Promise<readonly Result[]>,
  { maxWaiting, maxTogether }: GroupCommitLimits,
): GroupCommit<Item, Result> {
  let waiting: Call<Item, Result>[] = []
  let working: Promise<void> | undefined
  let closed = false

  async function work(): Promise<void> {
    while (waiting.length > 0) {
      const together = waiting.slice(0, maxTogether)
      waiting = waiting.slice(maxTogether)
      await settle(together)
    }
    working = undefined
  }

  async function settle(calls: readonly Call<Item, Result>[]): Promise<void> {
    try {
      const results = await commit(calls.map(({ item }) => item))
      for (const [index, { resolve }] of calls.entries()) resolve(results[index] as Result) // one for each item
    } catch (error) {
      if (calls.length === 1 || errorKind(error) === 'retryable')
        for (const { reject } of calls) reject(error)
      else for (const call of calls) await settle([call])
    }
  }

  return {
    add: (item) => {
      if (closed) return Promise.reject(new RetryableError('the store is closed'))
      if (waiting.length >= maxWaiting) {
        return Promise.reject(new RetryableError(`the store does not keep up: ${maxWaiting} calls wait`))
      }
      return new Promise((resolve, reject) => {
        waiting.push({ item, resolve, reject })
        working ??= work()
      })
    },
    close: async () => {
      closed = true
      await working
    },
  }
}

interface Call<Item, Result> {
  readonly item: Item
  readonly resolve: (result: Result) => void
  readonly reject: (error: unknown) => void
}
