import type { RunId } from '../review/run.ts'
import type { LetterRun } from './dead-letters.ts'

/** What dead letters need to know of runs. */
export interface LetterRuns {
  /** Those that there are, in any order. */
  findRuns(ids: readonly RunId[]): Promise<readonly LetterRun[]>
}
