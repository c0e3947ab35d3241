import type { FileDiff } from '../diff/file-diff.ts'
import type { Guideline, IgnoredGuideline } from './guidelines/guideline.ts'
import type { OpenedHeadTree } from './head-tree.ts'

/** One changed file: its diff, and its new content where there is one that can be read as text. */
export interface ChangedText {
  readonly diff: FileDiff
  /** The whole new file; undefined when deleted, binary, not UTF-8, withheld or too large. */
  readonly content?: string
  /** Why a file that is there has no content, where that is known: words such as `it is not UTF-8 text`. */
  readonly noContent?: string
  /** Why the diff of a file that has one could not be had: then it counts as failed, never as read. */
  readonly unreadable?: string
}

/** What a review reads: the same for a pull request, a local range and a patch file. */
export interface Change {
  /** `owner/name#12`, or the name of a local folder. */
  readonly name: string
  readonly title: string
  readonly body: string
  readonly files: readonly ChangedText[]
  /** False when the source could not list every file of the change: then it is never green. */
  readonly complete: boolean
  /** What the base branch says about how code is written here; absent where nobody can tell. */
  readonly guidelines?: readonly Guideline[]
  /** What it has of guidelines that is not read, and why. */
  readonly ignoredGuidelines?: readonly IgnoredGuideline[]
  /** Opens all files of the head, to look beside the change; absent where nobody has them, as for a patch file. */
  readonly openHead?: (signal: AbortSignal) => Promise<OpenedHeadTree>
}
