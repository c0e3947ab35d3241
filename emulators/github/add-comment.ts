import { resolveAnchor } from './comment-anchor.ts'
import { comparisonOf } from './comparison.ts'
import type { NewComment } from './emulator.ts'
import { hunkUpTo } from './pull-request-diff.ts'
import type { PullRequest } from './pull-request.ts'
import type { Repository, World } from './world.ts'

/** A person's comment. Throws where GitHub would refuse it. */
export async function addComment(
  world: World,
  repository: Repository,
  pullRequest: PullRequest,
  asked: NewComment,
): Promise<void> {
  const { author, body, path, line } = asked
  const now = world.clock.now().toISOString()
  if (path === undefined) {
    pullRequest.conversation.push({
      id: world.nextId(),
      author,
      body,
      createdAt: now,
      updatedAt: now,
      edits: 0,
    })
    return
  }
  const { files } = await comparisonOf(repository, pullRequest)
  const file = files.find((candidate) => candidate.path === path)
  if (!file) throw new Error(`${path} is no part of the pull request`)
  const answer =
    line === undefined
      ? undefined
      : resolveAnchor(file, { line, side: asked.side, start_line: asked.startLine, start_side: asked.side })
  if (answer?.kind === 'refused') throw new Error(`${path}:${line}: ${answer.reason}`)
  const anchor = answer?.anchor
  const commit = pullRequest.head.commit
  const reviewId = world.nextId()
  pullRequest.reviews.push({ id: reviewId, author, body: '', state: 'COMMENTED', commit, submittedAt: now })
  pullRequest.comments.push({
    id: world.nextId(),
    reviewId,
    author,
    path,
    body,
    subject: anchor ? 'line' : 'file',
    originalCommit: commit,
    side: anchor?.side,
    startSide: anchor?.startSide,
    originalLine: anchor?.line,
    originalStartLine: anchor?.startLine,
    line: anchor?.line,
    startLine: anchor?.startLine,
    position: anchor?.position,
    diffHunk: anchor ? hunkUpTo(file, anchor.position) : '',
    createdAt: now,
  })
}
