import type { CommitId } from '../../github/github.ts'

/** A commit on the main line of a repository. */
export interface HistoryEntry {
  readonly commit: CommitId
  /** The commit before it on the main line. */
  readonly parent: CommitId
  readonly isMerge: boolean
  readonly subject: string
  readonly body: string
}

export interface MergedPullRequest {
  readonly number: number
  readonly title: string
  readonly body: string
}

/** The pull request that a commit of the main line brought, by the words of GitHub: those of a merge, or of a squash. */
export function mergedPullRequest({ isMerge, subject, body }: HistoryEntry): MergedPullRequest | undefined {
  const [, merged] = /^Merge pull request #(\d{1,9}) from \S/.exec(subject) ?? []
  if (isMerge && merged !== undefined) {
    const [title = '', ...rest] = body.split('\n')
    return { number: Number(merged), title: title.trim(), body: rest.join('\n').trim() }
  }
  const [, title, squashed] = /^(.+?) \(#(\d{1,9})\)$/.exec(subject) ?? []
  if (title === undefined || squashed === undefined || isRevert(subject)) return undefined
  return { number: Number(squashed), title, body }
}

/** Whether a commit says that something was wrong before: it fixes, or takes back. Housekeeping is left out. */
export function isFix({ isMerge, subject, body }: HistoryEntry): boolean {
  const title = isMerge ? (body.split('\n')[0] ?? '') : subject
  if (isRevert(title)) return true
  return FIXES.test(title) && !HOUSEKEEPING.test(title)
}

function isRevert(title: string): boolean {
  return /^revert\b/i.test(title)
}

const FIXES = /\b(?:fix(?:e[sd]|ing)?|bug ?fix|hotfix|regression|repair(?:s|ed)?)\b/i
const HOUSEKEEPING =
  /\b(?:typos?|spelling|lint(?:er|ing)?|format(?:ting)?|white ?space|docs?|documentation|readme|comments?|tests?|flak[ey]y?|ci|build|changelog|deps|dependenc(?:y|ies)|bump|release|version)\b/i
