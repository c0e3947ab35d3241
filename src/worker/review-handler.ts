import type { z } from 'zod'
import { errorMessage } from '../base/errors.ts'
import type { Queue } from '../queue/queue.ts'
import { reviewJob, reviewJobPayload } from '../review/review-job.ts'
import { failRun, reviewPullRequest, type PullRequestReviewer } from '../review/review-pull-request.ts'
import type { RunId } from '../review/run.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { JobHandler } from './job-handler.ts'

export interface QueuedReviewer extends PullRequestReviewer {
  readonly queue: Pick<Queue, 'enqueue'>
}

/**
 * Jobs that drive a run: the payload names it. A run that has ended makes the job a no-op; one that never was has it
 * buried. A job in its first attempt whose run has failed was buried with it, and replayed by a person: it runs again.
 * When a run has ended, the next of its repository that waits for its turn is enqueued.
 */
export function reviewHandler(reviewer: QueuedReviewer): JobHandler<z.infer<typeof reviewJobPayload>> {
  return {
    payload: reviewJobPayload,
    handle: async ({ runId }, { attempt, signal, log }) => {
      await reviewPullRequest(reviewer, runId, signal, attempt === 1)
      await enqueueTurns(reviewer, runId, log)
    },
    buried: async ({ runId }, reason, { signal, log }) => {
      await failRun(reviewer, runId, reason, signal)
      await enqueueTurns(reviewer, runId, log)
    },
  }
}

/** The run has ended, whatever becomes of this: what is not enqueued here is left to the reconciler. */
async function enqueueTurns({ runs, queue }: QueuedReviewer, runId: RunId, log: Logger): Promise<void> {
  try {
    const turns = await runs.turns(runId)
    if (turns.length > 0) await queue.enqueue(turns.map(reviewJob))
  } catch (error) {
    log.warn({ error: errorMessage(error) }, 'those whose turn has come are left to the reconciler')
  }
}
