export type Side = 'LEFT' | 'RIGHT'

/** An inline or file comment of a review. Lines are 1-based. */
export interface ReviewComment {
  readonly id: number
  readonly reviewId: number
  readonly author: string
  readonly path: string
  readonly body: string
  readonly subject: 'line' | 'file'
  /** The head that it was written for. */
  readonly originalCommit: string
  readonly side: Side | undefined
  readonly startSide: Side | undefined
  /** As written. */
  readonly originalLine: number | undefined
  readonly originalStartLine: number | undefined
  /** Where it stands in the newest head; undefined for a file comment and once it is outdated. */
  line: number | undefined
  startLine: number | undefined
  /** Lines below the first hunk header of the file; undefined once it is outdated. */
  position: number | undefined
  readonly diffHunk: string
  readonly createdAt: string
}

export interface Review {
  readonly id: number
  readonly author: string
  readonly body: string
  readonly state: 'APPROVED' | 'CHANGES_REQUESTED' | 'COMMENTED' | 'PENDING'
  readonly commit: string
  readonly submittedAt: string
}

/** A comment in the conversation of a pull request: where summaries stand. */
export interface IssueComment {
  readonly id: number
  readonly author: string
  body: string
  readonly createdAt: string
  updatedAt: string
  /** How often it was edited. */
  edits: number
}

export interface PullRequest {
  readonly id: number
  readonly number: number
  title: string
  body: string | null
  readonly author: string
  state: 'open' | 'closed'
  merged: boolean
  draft: boolean
  locked: boolean
  readonly labels: readonly string[]
  head: { readonly branch: string; commit: string; repository: string | undefined; readonly owner: string }
  base: { branch: string; commit: string }
  /** Every head that it ever had, oldest first. */
  readonly heads: string[]
  readonly createdAt: string
  updatedAt: string
  closedAt: string | null
  readonly reviews: Review[]
  readonly comments: ReviewComment[]
  readonly conversation: IssueComment[]
}
