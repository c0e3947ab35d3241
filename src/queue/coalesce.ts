/**
 * Joins calls that are made in the same turn of the event loop: `work` gets their items, at most `limit` at a time, and
 * returns a result for each, in order. When it throws, each of those calls does.
 */
export function coalesce<Item, Result>(
  limit: number,
  work: (items: readonly Item[]) => Promise<readonly Result[]>,
): (item: Item) => Promise<Result> {
  interface Call {
    readonly item: Item
    readonly resolve: (result: Result) => void
    readonly reject: (error: unknown) => void
  }
  let calls: Call[] = []

  function flush(): void {
    const all = calls
    calls = []
    for (let start = 0; start < all.length; start += limit) void run(all.slice(start, start + limit))
  }

  async function run(batch: readonly Call[]): Promise<void> {
    try {
      const results = await work(batch.map(({ item }) => item))
      for (const [index, { resolve }] of batch.entries()) {
        resolve(results[index] as Result) // `work` returns one for each
      }
    } catch (error) {
      for (const { reject } of batch) reject(error)
    }
  }

  return (item) =>
    new Promise((resolve, reject) => {
      if (calls.length === 0) setImmediate(flush)
      calls.push({ item, resolve, reject })
    })
}
