import type { PullRequest, Review, ReviewComment } from '../pull-request.ts'
import type { Repository, World } from '../world.ts'
import { association, nodeId, showAccount } from './account.ts'
import { pullRequestPage } from './pull-request.ts'
import { apiUrl } from './repository.ts'

export function showReview(
  world: World,
  repository: Repository,
  pullRequest: PullRequest,
  review: Review,
): object {
  const page = `${pullRequestPage(world, repository, pullRequest)}#pullrequestreview-${review.id}`
  const pullRequestUrl = `${apiUrl(world, repository)}/pulls/${pullRequest.number}`
  return {
    id: review.id,
    node_id: nodeId('PRR', review.id),
    user: showAccount(world, review.author),
    body: review.body,
    state: review.state,
    html_url: page,
    pull_request_url: pullRequestUrl,
    author_association: association(repository.owner, review.author),
    _links: { html: { href: page }, pull_request: { href: pullRequestUrl } },
    submitted_at: review.submittedAt,
    commit_id: review.commit,
  }
}

/** A comment as `GET /pulls/{number}/comments` shows it. */
export function showReviewComment(
  world: World,
  repository: Repository,
  pullRequest: PullRequest,
  comment: ReviewComment,
): object {
  const api = apiUrl(world, repository)
  const url = `${api}/pulls/comments/${comment.id}`
  const page = `${pullRequestPage(world, repository, pullRequest)}#discussion_r${comment.id}`
  const pullRequestUrl = `${api}/pulls/${pullRequest.number}`
  return {
    url,
    pull_request_review_id: comment.reviewId,
    id: comment.id,
    node_id: nodeId('PRRC', comment.id),
    diff_hunk: comment.diffHunk,
    path: comment.path,
    commit_id: comment.line === undefined ? comment.originalCommit : pullRequest.head.commit,
    original_commit_id: comment.originalCommit,
    user: showAccount(world, comment.author),
    body: comment.body,
    created_at: comment.createdAt,
    updated_at: comment.createdAt,
    html_url: page,
    pull_request_url: pullRequestUrl,
    author_association: association(repository.owner, comment.author),
    _links: { self: { href: url }, html: { href: page }, pull_request: { href: pullRequestUrl } },
    reactions: noReactions(url),
    start_line: comment.startLine ?? null,
    original_start_line: comment.originalStartLine ?? null,
    start_side: comment.startSide ?? null,
    line: comment.line ?? null,
    original_line: comment.originalLine ?? null,
    side: comment.side ?? 'RIGHT',
    position: comment.position ?? null,
    original_position: comment.position ?? 1,
    subject_type: comment.subject,
  }
}

/** `GET /pulls/{number}/reviews/{id}/comments` tells positions, but neither lines nor sides. */
export function showCommentOfReview(
  world: World,
  repository: Repository,
  pullRequest: PullRequest,
  comment: ReviewComment,
): object {
  const unsaid = new Set([
    'line',
    'start_line',
    'original_line',
    'original_start_line',
    'side',
    'start_side',
    'subject_type',
  ])
  const shown = Object.entries(showReviewComment(world, repository, pullRequest, comment))
  return Object.fromEntries(shown.filter(([name]) => !unsaid.has(name)))
}

export function noReactions(url: string): object {
  const counts = ['+1', '-1', 'laugh', 'hooray', 'confused', 'heart', 'rocket', 'eyes']
  return {
    url: `${url}/reactions`,
    total_count: 0,
    ...Object.fromEntries(counts.map((name) => [name, 0])),
  }
}
