import type { ChangedText } from '../change.ts'
import type { Candidate } from '../finding.ts'

/** What is known of the file that a claim is about, without asking anybody. */
export interface FileFacts extends ChangedText {
  /** Whether a linter of its language read it and found no syntax error in what changed. */
  readonly parses: boolean
}

/**
 * A cheap look at a claim before anybody is asked: why it is wrong, in words for people, or undefined when this check
 * knows nothing against it. Each errs on the side of the claim: what it refuses is never looked at again.
 */
export type Check = (claim: Candidate, file: FileFacts) => string | undefined
