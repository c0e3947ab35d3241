import type { DeadLetter } from '../queue/queue.ts'
import { REVIEW_JOB } from '../review/review-job.ts'
import type { RunId } from '../review/run.ts'
import type { LetterRun } from './dead-letters.ts'

/** What to do with a dead letter. `runId` is absent when its payload names no run, `run` when there is none of that id. */
export function adviseOn(
  { kind, reason }: Pick<DeadLetter, 'kind' | 'reason'>,
  runId: RunId | undefined,
  run: LetterRun | undefined,
): string {
  if (kind !== REVIEW_JOB) {
    return (
      'No worker here knew this kind of job: another version of the program wrote it. ' +
      'Bring all processes to the same version, then replay it; or discard it.'
    )
  }
  if (runId === undefined) return 'Its payload cannot be read, and replaying it would not help: discard it.'
  if (!run) return 'There is no run of that id any more, so nothing is owed: discard it.'
  switch (run.state) {
    case 'completed':
    case 'skipped':
    case 'superseded':
      return `Its run is ${run.state} since, so nothing is owed: discard it.`
    case 'queued':
    case 'running':
    case 'posting':
      return 'Its run has not ended: it is taken up again by itself. Replay it to have that at once.'
    case 'failed':
      return /its worker died/.test(reason)
        ? 'Its worker went away each time: look for what ended the process (memory, a kill), then replay it.'
        : 'Mend the cause, then replay it: the pull request is reviewed as if it had just come in.'
  }
}
