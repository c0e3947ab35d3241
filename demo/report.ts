/** What `--json` prints: a part of the demo's interface, so names stay. */
export interface DemoReport {
  readonly web: string
  readonly pull_requests: readonly PullRequestReport[]
  readonly timings: {
    /** From the start until the system accepted work. */
    readonly ready_ms: number
    readonly total_ms: number
  }
}

export interface PullRequestReport {
  readonly number: number
  readonly title: string
  readonly url: string
  readonly head: string
  /** How its run ended: `completed`, `failed`, … */
  readonly state: string
  readonly check_run: { readonly conclusion: string | null; readonly title: string | null } | null
  /** The body of the review; null when there was nothing to say. */
  readonly review: string | null
  readonly comments: readonly CommentReport[]
  /** As the system's API tells it. */
  readonly receipt: unknown
  readonly timings: {
    /** From opening it until its delivery was accepted. */
    readonly delivered_ms: number
    /** From opening it until its run ended. */
    readonly reviewed_ms: number
  }
}

export interface CommentReport {
  readonly path: string
  /** Null for a comment on one line. */
  readonly start_line: number | null
  /** Null for a comment on the file. */
  readonly line: number | null
  readonly body: string
}
