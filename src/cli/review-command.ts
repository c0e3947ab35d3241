import { randomIds } from '../base/ids.ts'
import { readLocalChange } from '../git/local-change.ts'
import { readPatchChange } from '../git/patch-change.ts'
import type { RepositoryName } from '../github/github.ts'
import type { Change } from '../review/change.ts'
import type { ReviewChange, ReviewObserver } from '../review/review-change.ts'
import type { OnceResult } from '../review/review-once.ts'
import { printReview, sayWhyNot, type PrintRequest } from './print-review.ts'
import { showProgress } from './progress.ts'
import type { Reviewed } from './reviewed.ts'
import { write, type Terminal } from './terminal.ts'

/** What `lorgnette review` was asked to do. */
export interface ReviewRequest extends PrintRequest {
  readonly source:
    | { readonly kind: 'local'; readonly folder: string; readonly base?: string; readonly head?: string }
    /** `-` is the standard input. */
    | { readonly kind: 'patch'; readonly file: string }
    | {
        readonly kind: 'pull-request'
        readonly repository: RepositoryName
        readonly number: number
        readonly post: boolean
      }
  /** A folder for all that `lorgnette replay` needs to make this review again. */
  readonly record?: string
}

const uncommittedNote =
  'note: uncommitted changes are not part of this review (git diff HEAD | lorgnette review --diff - reads them)\n'

type SourceKind = ReviewRequest['source']['kind']

/** What reviews, open for one review. */
export interface Reviewing {
  readonly reviewChange: ReviewChange
  readonly reviewPullRequest: (
    repository: RepositoryName,
    number: number,
    options: { readonly post: boolean },
    observer: ReviewObserver,
    signal: AbortSignal,
  ) => Promise<OnceResult>
  close(): Promise<void>
}

export interface ReviewContext {
  /** Opened once the change was read. Throws when the settings are wrong, or not enough for this source. */
  readonly open: (source: SourceKind) => Promise<Reviewing>
  readonly terminal: Terminal
  /** Our own version. */
  readonly version: string
}

/**
 * Reviews what was asked for, and prints it. The review is all that goes to the standard output; progress goes to the
 * standard error, when that is a terminal; a note on changes that are left out goes there, too, and so does the reason
 * when it could not be reviewed.
 * Returns the exit code: 0 clean, 1 findings at or above `failOn`, 2 could not review.
 */
export async function runReview(
  request: ReviewRequest,
  context: ReviewContext,
  signal: AbortSignal,
): Promise<0 | 1 | 2> {
  try {
    return await printReview(await review(request, context, signal), request, context)
  } catch (error) {
    await sayWhyNot(context.terminal, error)
    return 2
  }
}

async function review(
  { source }: ReviewRequest,
  context: ReviewContext,
  signal: AbortSignal,
): Promise<Reviewed> {
  switch (source.kind) {
    case 'local': {
      const change = await readLocalChange(source, signal)
      if (change.leavesUncommitted) await write(context.terminal.stderr, uncommittedNote)
      return await reviewRead(change, source.kind, context, signal)
    }
    case 'patch': {
      const change = await readPatchChange(source.file, context.terminal.stdin, signal)
      return await reviewRead(change, source.kind, context, signal)
    }
    case 'pull-request': {
      const { repository, number, post } = source
      const result = await during(source.kind, context, ({ reviewPullRequest }, observer) =>
        reviewPullRequest(repository, number, { post }, observer, signal),
      )
      return { ...result, name: `${repository}#${number}` }
    }
  }
}

async function reviewRead(
  change: Change,
  kind: SourceKind,
  context: ReviewContext,
  signal: AbortSignal,
): Promise<Reviewed> {
  const scope = { tenant: 'local', repository: change.name, runId: randomIds() }
  const result = await during(kind, context, ({ reviewChange }, observer) =>
    reviewChange(change, scope, observer, signal),
  )
  return { ...result, name: change.name, files: change.files, posted: 'not' }
}

/** Opens what reviews for as long as it works, and shows its progress. */
async function during<Result>(
  kind: SourceKind,
  { open, terminal }: ReviewContext,
  work: (reviewing: Reviewing, observer: ReviewObserver) => Promise<Result>,
): Promise<Result> {
  const reviewing = await open(kind)
  const progress = showProgress(terminal.stderr)
  try {
    return await work(reviewing, progress)
  } finally {
    progress.end()
    await reviewing.close()
  }
}
