import type { Anchor, FileDiff } from '../diff/file-diff.ts'
import type { Category, Severity } from '../review/finding.ts'

/** A changed file with its whole new content. */
export interface AnalysedFile {
  readonly diff: FileDiff
  /** Decoded as UTF-8. Deleted, binary and withheld files are not given. */
  readonly content: string
}

/** A problem that a rule found. The anchor is on the RIGHT side and overlaps a changed line. */
export interface AnalyserFinding {
  readonly path: string
  readonly anchor: Anchor
  /** The linter's own name of the rule: `F821`, `no-cond-assign`, `aws-access-key`. */
  readonly rule: string
  readonly severity: Severity
  readonly category: Category
  /** One line. */
  readonly title: string
  /** How it fails, in a sentence or two. Never contains a secret. */
  readonly explanation: string
}

/** A file that the analyser has rules for and could not read: too large, too deeply nested, too slow. */
export interface UnreadFile {
  readonly path: string
  /** For people, in a few words. Never holds text of the file. */
  readonly reason: string
}

export interface Analysis {
  readonly findings: readonly AnalyserFinding[]
  /** One hostile file hides no finding of the others: it is named here. */
  readonly unread: readonly UnreadFile[]
}

/**
 * Finds problems without a model: rules for correctness and security, no style.
 * Only our configuration counts; nothing of the repository is executed or loaded (I7), and no comment in the code
 * switches a rule off: a pull request must not silence its own review.
 * Throws when it could not run at all: the review then names the files as unread by it. An abort stops it.
 */
export interface Analyser {
  /** `ruff`, `oxlint`, `secrets`, … as shown on comments. */
  readonly name: string
  /** A linter reads the code of its languages; a scanner looks for one thing in any text, and so has not read it. */
  readonly kind: 'linter' | 'scanner'
  /** Whether it has rules for this path. */
  covers(path: string): boolean
  /** Files that it does not cover are passed over. */
  analyse(files: readonly AnalysedFile[], signal: AbortSignal): Promise<Analysis>
}
