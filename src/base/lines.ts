import { unlessAborted } from './unless-aborted.ts'

/** Lines of those who wait for the same: the first of each looks for it, the others stand behind and ask nobody. */
export interface Lines {
  /** Resolves, when all who came before have left, with how to leave. Rejects with the reason of an abort, and has left then. */
  stand(key: string, signal?: AbortSignal): Promise<() => void>
}

/** Lines within this process. */
export function createLines(): Lines {
  /** By key, what ends when the last one of the line has left, and all before. */
  const ends = new Map<string, Promise<void>>()
  async function forget(key: string, end: Promise<void>): Promise<void> {
    await end
    if (ends.get(key) === end) ends.delete(key)
  }

  return {
    async stand(key, signal) {
      signal?.throwIfAborted()
      const ahead = ends.get(key) ?? Promise.resolve()
      let leave = (): void => undefined
      const left = new Promise<void>((resolve) => (leave = resolve))
      const end = Promise.all([ahead, left]).then(() => undefined)
      ends.set(key, end)
      void forget(key, end)
      try {
        await (signal ? unlessAborted(ahead, signal) : ahead)
      } catch (error) {
        leave()
        throw error
      }
      return leave
    },
  }
}
