import { z } from 'zod'
import type { JobId, NewJob } from '../queue/queue.ts'
import type { RunId } from './run.ts'

/** The kind of the job that drives a run. */
export const REVIEW_JOB = 'review'

/** The payload of a review job: a reference only. Whether there is such a run, the store knows. */
export const reviewJobPayload = z.object({
  runId: z
    .string()
    .min(1)
    .transform((id) => id as RunId), // an unknown id finds no run, and nothing is done
})

/** The one job of a run: enqueued twice, it is still one. */
export function reviewJob(runId: RunId): NewJob {
  return {
    id: `review:${runId}` as JobId, // made here, and nowhere else
    kind: REVIEW_JOB,
    payload: { runId },
  }
}
