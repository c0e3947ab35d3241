import type { Clock } from './clock.ts'
import { isAbort } from './errors.ts'

interface RepeatOptions {
  readonly everyMs: number
  readonly clock: Pick<Clock, 'sleep'>
}

/**
 * Works, and does something again and again meanwhile, until the work has ended, well or not, or `again` says that it is
 * enough. Returns when both have ended. `again` throws nothing.
 */
export async function whileRepeating<Result>(
  work: () => Promise<Result>,
  again: () => Promise<boolean>,
  { everyMs, clock }: RepeatOptions,
): Promise<Result> {
  const ended = new AbortController()
  const repeating = repeat()
  try {
    return await work()
  } finally {
    ended.abort()
    await repeating
  }

  async function repeat(): Promise<void> {
    for (;;) {
      try {
        await clock.sleep(everyMs, ended.signal)
      } catch (error) {
        if (isAbort(error)) return
        throw error
      }
      if (!(await again())) return
    }
  }
}
