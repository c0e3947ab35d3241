import { resolveAnchor } from './comment-anchor.ts'
import { placeOnFile, placeOnLines } from './comment-place.ts'
import { comparisonOf } from './comparison.ts'
import type { NewComment } from './emulator.ts'
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
  const place = answer ? placeOnLines(file, answer.anchor) : placeOnFile(file)
  const commit = pullRequest.head.commit
  const reviewId = world.nextId()
  pullRequest.reviews.push({ id: reviewId, author, body: '', state: 'COMMENTED', commit, submittedAt: now })
  const id = world.nextId()
  pullRequest.comments.push({ id, reviewId, author, body, originalCommit: commit, createdAt: now, ...place })
}
