import { canBeId } from '../base/ids.ts'
import type { DeadLetter, JobId, Queue } from '../queue/queue.ts'
import { REVIEW_JOB, reviewJobPayload } from '../review/review-job.ts'
import type { RunId } from '../review/run.ts'
import { adviseOn } from './advise.ts'
import type { DeadLetters, ExplainedLetter } from './dead-letters.ts'
import type { LetterRuns } from './letter-runs.ts'

/** Whoever looks for one letter looks through as many. More than that is no list that anybody reads. */
const MOST = 10_000

/** The dead letters of the queue, with the runs that they belong to. */
export function explainLetters(
  queue: Pick<Queue, 'deadLetters' | 'replay' | 'discard'>,
  runs: LetterRuns,
): DeadLetters {
  async function explain(letters: readonly DeadLetter[]): Promise<ExplainedLetter[]> {
    const ids = letters.flatMap((letter) => runOf(letter) ?? [])
    const found = ids.length === 0 ? [] : await runs.findRuns(ids)
    const byId = new Map(found.map((run) => [run.id, run]))
    return letters.map((letter) => {
      const runId = runOf(letter)
      const run = runId === undefined ? undefined : byId.get(runId)
      return { ...letter, ...(run && { run }), advice: adviseOn(letter, runId, run) }
    })
  }

  return {
    list: async (limit) => explain(await queue.deadLetters(limit)),
    find: async (id) => {
      const letters = await queue.deadLetters(MOST)
      const [explained] = await explain(letters.filter((letter) => letter.id === id))
      return explained
    },
    replay: async (id) => canBeId(id) && (await queue.replay(id as JobId)),
    discard: async (id) => canBeId(id) && (await queue.discard(id as JobId)),
  }
}

/** The run that the letter was to drive; undefined when it is about something else, or its payload does not fit. */
function runOf({ kind, payload }: DeadLetter): RunId | undefined {
  return kind === REVIEW_JOB ? reviewJobPayload.safeParse(payload).data?.runId : undefined
}
