import type { z } from 'zod'
import { reviewJobPayload } from '../review/review-job.ts'
import { failRun, reviewPullRequest, type PullRequestReviewer } from '../review/review-pull-request.ts'
import type { JobHandler } from './job-handler.ts'

/** Jobs that drive a run: the payload names it. A run that has ended, or never was, makes the job a no-op. */
export function reviewHandler(reviewer: PullRequestReviewer): JobHandler<z.infer<typeof reviewJobPayload>> {
  return {
    payload: reviewJobPayload,
    handle: ({ runId }, { signal }) => reviewPullRequest(reviewer, runId, signal),
    buried: ({ runId }, reason, { signal }) => failRun(reviewer, runId, reason, signal),
  }
}
