import { z } from 'zod'
import { resolveAnchor } from '../comment-anchor.ts'
import { placeOnLines } from '../comment-place.ts'
import { comparisonOf } from '../comparison.ts'
import { GitHubError, notFound, refuseLongBody } from '../github-error.ts'
import {
  bodyOf,
  numberOf,
  ok,
  page,
  repositoryOf,
  type Answer,
  type Call,
  type Operation,
} from '../operation.ts'
import type { PullRequest, Review, ReviewComment } from '../pull-request.ts'
import { showCommentOfReview, showReview } from '../shapes/review.ts'
import { pullRequestNumbered, type Repository } from '../world.ts'
import { commitOfPullRequest, loginOf } from './common.ts'

const side = z.enum(['LEFT', 'RIGHT'])

const newReview = z.object({
  commit_id: z.string().optional(),
  body: z.string().nullish(),
  event: z.enum(['APPROVE', 'REQUEST_CHANGES', 'COMMENT']).optional(),
  comments: z
    .array(
      // Strict: `subject_type` and other fields are not taken here, so a comment on a file needs its own request.
      z.strictObject({
        path: z.string(),
        body: z.string().min(1, 'body is missing'),
        position: z.number().int().optional(),
        line: z.number().int().optional(),
        side: side.optional(),
        start_line: z.number().int().nullish(),
        start_side: side.nullish(),
      }),
    )
    .optional(),
})

const states = { APPROVE: 'APPROVED', REQUEST_CHANGES: 'CHANGES_REQUESTED', COMMENT: 'COMMENTED' } as const

/** 422 of this operation: reasons as plain text, without saying which comment they are about. */
const unprocessable = (reasons: readonly string[]): GitHubError =>
  new GitHubError(422, 'Unprocessable Entity', { errors: [[...new Set(reasons)].join(' and ')] })

async function createReview(call: Call): Promise<Answer> {
  const repository = repositoryOf(call)
  const pullRequest = pullRequestNumbered(repository, numberOf(call, 'pull_number'))
  const asked = bodyOf(call, newReview)
  const body = asked.body ?? ''
  refuseLongBody('PullRequestReview', body)
  const comments = asked.comments ?? []
  const state = asked.event === undefined ? 'PENDING' : states[asked.event]
  const author = loginOf(call)
  if (author === pullRequest.author && asked.event !== undefined && asked.event !== 'COMMENT')
    throw unprocessable([`Can not ${asked.event.toLowerCase().replace('_', ' ')} your own pull request`])
  if (body === '' && comments.length === 0 && (asked.event ?? 'APPROVE') !== 'APPROVE')
    throw unprocessable(['You need to leave a comment indicating the requested changes.'])
  const commit = await commitOfPullRequest(repository, pullRequest, asked.commit_id)
  const { files } = await comparisonOf(repository, pullRequest, commit)

  const reviewId = call.world.nextId()
  const now = call.world.clock.now().toISOString()
  const reasons: string[] = []
  const made = comments.flatMap((comment): ReviewComment[] => {
    refuseLongBody('PullRequestReviewComment', comment.body)
    const file = files.find(({ path }) => path === comment.path)
    const answer = resolveAnchor(file, comment)
    if (answer.kind === 'ok' && file) {
      const place = placeOnLines(file, answer.anchor)
      const id = call.world.nextId()
      return [{ id, reviewId, author, body: comment.body, originalCommit: commit, createdAt: now, ...place }]
    }
    reasons.push(answer.kind === 'refused' ? answer.reason : 'Path could not be resolved')
    return []
  })
  // All or nothing: one wrong line refuses the whole review.
  if (reasons.length > 0) throw unprocessable(reasons)

  const review: Review = { id: reviewId, author, body, state, commit, submittedAt: now }
  pullRequest.reviews.push(review)
  pullRequest.comments.push(...made)
  pullRequest.updatedAt = now
  return ok(showReview(call.world, repository, pullRequest, review))
}

/** Pending reviews are seen by their author alone. */
function visibleReviews(call: Call, pullRequest: PullRequest): readonly Review[] {
  const login = loginOf(call)
  return pullRequest.reviews.filter((review) => review.state !== 'PENDING' || review.author === login)
}

function reviewOf(call: Call): { repository: Repository; pullRequest: PullRequest; review: Review } {
  const repository = repositoryOf(call)
  const pullRequest = pullRequestNumbered(repository, numberOf(call, 'pull_number'))
  const id = numberOf(call, 'review_id')
  const review = visibleReviews(call, pullRequest).find((candidate) => candidate.id === id)
  if (!review) throw notFound()
  return { repository, pullRequest, review }
}

export const reviewOperations: readonly Operation[] = [
  {
    method: 'POST',
    path: '/repos/{owner}/{repo}/pulls/{pull_number}/reviews',
    documentation: 'pulls/reviews#create-a-review-for-a-pull-request',
    content: true,
    answer: createReview,
  },
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/pulls/{pull_number}/reviews',
    documentation: 'pulls/reviews#list-reviews-for-a-pull-request',
    answer: (call) => {
      const repository = repositoryOf(call)
      const pullRequest = pullRequestNumbered(repository, numberOf(call, 'pull_number'))
      const reviews = visibleReviews(call, pullRequest)
      return page(call, reviews, (review) => showReview(call.world, repository, pullRequest, review))
    },
  },
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}',
    documentation: 'pulls/reviews#get-a-review-for-a-pull-request',
    answer: (call) => {
      const { repository, pullRequest, review } = reviewOf(call)
      return ok(showReview(call.world, repository, pullRequest, review))
    },
  },
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}/comments',
    documentation: 'pulls/reviews#list-comments-for-a-pull-request-review',
    answer: (call) => {
      const { repository, pullRequest, review } = reviewOf(call)
      const comments = pullRequest.comments.filter(({ reviewId }) => reviewId === review.id)
      return page(call, comments, (comment) =>
        showCommentOfReview(call.world, repository, pullRequest, comment),
      )
    },
  },
]
