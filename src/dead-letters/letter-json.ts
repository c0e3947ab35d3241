import type { Json } from '../base/json.ts'
import type { ExplainedLetter } from './dead-letters.ts'

/** A dead letter as the command line and the API show it. Names stay: new ones may come, none changes its meaning or goes. */
export function letterJson(letter: ExplainedLetter): Json {
  const { run } = letter
  return {
    id: letter.id,
    kind: letter.kind,
    attempts: letter.attempts,
    reason: letter.reason,
    payload: letter.payload,
    enqueued_at: letter.enqueuedAt.toISOString(),
    buried_at: letter.buriedAt.toISOString(),
    run: run
      ? {
          id: run.id,
          repository: run.repository,
          pull_request: run.pullRequest,
          title: run.title,
          head: run.head,
          state: run.state,
          reason: run.reason,
        }
      : null,
    advice: letter.advice,
  }
}
