import type { DeadLetter } from '../queue/queue.ts'
import type { Run, RunState } from '../review/run.ts'

/** The run that a dead letter was to drive, as it is now. */
export interface LetterRun extends Pick<Run, 'id' | 'repository' | 'pullRequest' | 'head'> {
  readonly title: string
  readonly state: RunState
  /** Why it ended, for every end but `completed`; else empty. */
  readonly reason: string
}

/** A dead letter with what a person needs to decide what becomes of it. */
export interface ExplainedLetter extends DeadLetter {
  /** Absent when its payload names none, or there is none of that id. */
  readonly run?: LetterRun
  /** What to do, in one or two sentences. */
  readonly advice: string
}

/**
 * Work that was given up, for the people who decide what becomes of it: on the command line, on a page, over the API.
 * An id may be any text: people type it.
 */
export interface DeadLetters {
  /** At most `limit`, newest first. */
  list(limit: number): Promise<readonly ExplainedLetter[]>

  /** Undefined when there is none of that id. */
  find(id: string): Promise<ExplainedLetter | undefined>

  /** Has the work done again, from its first attempt. False when there is none of that id. */
  replay(id: string): Promise<boolean>

  /** Forgets it. False when there is none of that id. */
  discard(id: string): Promise<boolean>
}
