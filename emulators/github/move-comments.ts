import { comparisonOf } from './comparison.ts'
import { lineAt } from './pull-request-diff.ts'
import type { PullRequest, ReviewComment } from './pull-request.ts'
import { shiftLine } from './shift-line.ts'
import type { Repository } from './world.ts'

/** Comments follow their lines to the new head, and are outdated where these are gone from the diff. */
export async function moveComments(
  repository: Repository,
  pullRequest: PullRequest,
  before: string,
  after: string,
): Promise<void> {
  const { files } = await comparisonOf(repository, pullRequest)
  for (const comment of pullRequest.comments) {
    if (comment.line === undefined || comment.side === undefined) continue
    const shift = (line: number): Promise<number | undefined> =>
      comment.side === 'LEFT'
        ? Promise.resolve(line)
        : shiftLine(repository.folder, before, after, comment.path, line)
    const line = await shift(comment.line)
    const file = files.find(({ path }) => path === comment.path)
    const place = line === undefined || !file ? undefined : lineAt(file, comment.side, line)
    Object.assign(comment, {
      line: place ? line : undefined,
      position: place?.position,
      startLine: place && comment.startLine !== undefined ? await shift(comment.startLine) : undefined,
    } satisfies Partial<Record<keyof ReviewComment, unknown>>)
  }
}
