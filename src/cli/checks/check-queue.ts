import type { Queue } from '../../queue/queue.ts'
import type { CheckResult } from '../doctor-command.ts'

/** Work that waits longer than this is not being taken. */
const patienceMs = 10 * 60_000

/** Whether the queue answers, and whether work piles up in it. */
export async function checkQueue(queue: Pick<Queue, 'depth'>): Promise<CheckResult> {
  const { ready, delayed, leased, deadLetters, oldestReadyMs } = await queue.depth()
  const detail = `${ready} waiting, ${delayed} for later, ${leased} at work, ${deadLetters} given up`
  if (oldestReadyMs > patienceMs) {
    const minutes = Math.round(oldestReadyMs / 60_000)
    return {
      state: 'warning',
      detail: `${detail}; the oldest has been waiting for ${minutes} minutes`,
      cure: 'nobody takes the work: run lorgnette start, or lorgnette work',
    }
  }
  if (deadLetters > 0) {
    return { state: 'warning', detail, cure: 'the page of the server says why, and lets you try again' }
  }
  return { state: 'ok', detail }
}
