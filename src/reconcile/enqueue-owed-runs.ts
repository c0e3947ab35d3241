import type { Queue } from '../queue/queue.ts'
import { reviewJob } from '../review/review-job.ts'
import type { RunStore } from '../review/run-store.ts'

/** Runs looked at together. */
const PAGE = 1_000
/** Dead letters looked through: more of them are a person's affair first. */
const LETTERS = 10_000

/**
 * Enqueues every run without an end. The queue knows jobs by id, so those that it still has change nothing; what it lost
 * (a crash between commit and enqueue, a queue that was wiped) comes back. A run that is owed although its job lies among
 * the dead letters was taken up again, or could not be ended: its job gets fresh attempts. Returns how many came back.
 */
export async function enqueueOwedRuns(runs: Pick<RunStore, 'owed'>, queue: Queue): Promise<number> {
  const { deadLetters } = await queue.depth()
  const letters = deadLetters > 0 ? await queue.deadLetters(Math.min(deadLetters, LETTERS)) : []
  const buried = new Set(letters.map(({ id }) => id))
  let back = 0
  for (let page = await runs.owed(PAGE); page.length > 0; page = await runs.owed(PAGE, page.at(-1))) {
    const jobs = page.map(reviewJob)
    back += await queue.enqueue(jobs)
    for (const { id } of jobs) if (buried.has(id) && (await queue.replay(id))) back++
  }
  return back
}
