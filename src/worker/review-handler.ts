import type { z } from 'zod'
import { reviewJobPayload } from '../review/review-job.ts'
import { failRun, reviewPullRequest, type PullRequestReviewer } from '../review/review-pull-request.ts'
import type { JobHandler } from './job-handler.ts'

/**
 * Jobs that drive a run: the payload names it. A run that has ended makes the job a no-op; one that never was has it
 * buried. A job in its first attempt whose run has failed was buried with it, and replayed by a person: it runs again.
 */
export function reviewHandler(reviewer: PullRequestReviewer): JobHandler<z.infer<typeof reviewJobPayload>> {
  return {
    payload: reviewJobPayload,
    handle: ({ runId }, { attempt, signal }) => reviewPullRequest(reviewer, runId, signal, attempt === 1),
    buried: ({ runId }, reason, { signal }) => failRun(reviewer, runId, reason, signal),
  }
}
