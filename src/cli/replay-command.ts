import type { ReplayedReview, ReplayOptions } from '../replay/replay-review.ts'
import type { ReviewObserver } from '../review/review-change.ts'
import { count } from '../review/count.ts'
import { printReview, sayWhyNot, type PrintRequest } from './print-review.ts'
import { showProgress } from './progress.ts'
import { write, type Terminal } from './terminal.ts'

/** What `lorgnette replay` was asked to do. */
export interface ReplayRequest extends PrintRequest, Pick<ReplayOptions, 'folder' | 'collect'> {}

export interface ReplayContext {
  readonly replay: (
    request: ReplayRequest,
    observer: ReviewObserver,
    signal: AbortSignal,
  ) => Promise<ReplayedReview>
  readonly terminal: Terminal
  /** Our own version. */
  readonly version: string
}

/**
 * Makes a recorded review again and prints it as `lorgnette review` does, with the same exit codes: 2, too, while
 * questions wait for their answers.
 */
export async function runReplay(
  request: ReplayRequest,
  context: ReplayContext,
  signal: AbortSignal,
): Promise<0 | 1 | 2> {
  const { stderr } = context.terminal
  const progress = showProgress(stderr)
  try {
    const replayed = await context.replay(request, progress, signal).finally(() => progress.end())
    const { change, unanswered } = replayed
    const reviewed = { ...replayed, name: change.name, files: change.files, posted: 'not' } as const
    const code = await printReview(reviewed, request, context)
    if (unanswered === 0) return code
    await write(
      stderr,
      `${count(unanswered, 'question')} without an answer: see *.question.json in ${request.folder}\n`,
    )
    return 2
  } catch (error) {
    await sayWhyNot(context.terminal, error)
    return 2
  }
}
