import { z } from 'zod'
import { resolveAnchor } from '../comment-anchor.ts'
import { placeOnFile, placeOnLines, type CommentPlace } from '../comment-place.ts'
import { comparisonOf } from '../comparison.ts'
import { GitHubError, notFound, refuseLongBody } from '../github-error.ts'
import {
  bodyOf,
  created,
  numberOf,
  ok,
  page,
  repositoryOf,
  type Answer,
  type Call,
  type Operation,
} from '../operation.ts'
import type { DiffFile } from '../pull-request-diff.ts'
import type { Review, ReviewComment } from '../pull-request.ts'
import { showReviewComment } from '../shapes/review.ts'
import { pullRequestNumbered } from '../world.ts'
import { commitOfPullRequest, loginOf } from './common.ts'

const side = z.enum(['LEFT', 'RIGHT'])

const newComment = z.object({
  body: z.string().min(1, 'body is missing'),
  commit_id: z.string(),
  path: z.string(),
  position: z.number().int().optional(),
  line: z.number().int().optional(),
  side: side.optional(),
  start_line: z.number().int().nullish(),
  start_side: side.nullish(),
  subject_type: z.enum(['line', 'file']).optional(),
})

/** 422 of this operation names the field of the thread that it could not make. */
function refused(field: string, message: string): GitHubError {
  const resource = 'PullRequestReviewComment'
  const named = { resource, code: 'custom', field: `pull_request_review_thread.${field}` }
  const missing = { resource, code: 'missing_field', field: 'pull_request_review_thread.diff_hunk' }
  const errors = [{ ...named, message: `${named.field} ${message}` }, missing]
  return new GitHubError(422, 'Validation Failed', { errors })
}

function placeOf(asked: z.infer<typeof newComment>, file: DiffFile | undefined): CommentPlace {
  if (!file) throw refused('path', 'is invalid')
  if (asked.subject_type === 'file') return placeOnFile(file)
  const answer = resolveAnchor(file, asked)
  if (answer.kind === 'ok') return placeOnLines(file, answer.anchor)
  if (answer.field !== 'start_line') throw refused('line', 'must be part of the diff')
  throw refused('start_line', answer.reason.replace(/^.*start line /, ''))
}

async function createComment(call: Call): Promise<Answer> {
  const repository = repositoryOf(call)
  const pullRequest = pullRequestNumbered(repository, numberOf(call, 'pull_number'))
  const asked = bodyOf(call, newComment)
  refuseLongBody('PullRequestReviewComment', asked.body)
  const commit = await commitOfPullRequest(repository, pullRequest, asked.commit_id)
  const { files } = await comparisonOf(repository, pullRequest, commit)
  const place = placeOf(
    asked,
    files.find(({ path }) => path === asked.path),
  )
  const author = loginOf(call)
  const now = call.world.clock.now().toISOString()
  // A comment on its own comes with a review of its own, without a body.
  const review: Review = {
    id: call.world.nextId(),
    author,
    body: '',
    state: 'COMMENTED',
    commit,
    submittedAt: now,
  }
  const comment: ReviewComment = {
    id: call.world.nextId(),
    reviewId: review.id,
    author,
    body: asked.body,
    originalCommit: commit,
    createdAt: now,
    ...place,
  }
  pullRequest.reviews.push(review)
  pullRequest.comments.push(comment)
  pullRequest.updatedAt = now
  return created(showReviewComment(call.world, repository, pullRequest, comment))
}

export const reviewCommentOperations: readonly Operation[] = [
  {
    method: 'POST',
    path: '/repos/{owner}/{repo}/pulls/{pull_number}/comments',
    documentation: 'pulls/comments#create-a-review-comment-for-a-pull-request',
    content: true,
    answer: createComment,
  },
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/pulls/{pull_number}/comments',
    documentation: 'pulls/comments#list-review-comments-on-a-pull-request',
    answer: (call) => {
      const repository = repositoryOf(call)
      const pullRequest = pullRequestNumbered(repository, numberOf(call, 'pull_number'))
      const newestFirst = call.query.has('sort') && call.query.get('direction') === 'desc'
      const comments = newestFirst ? pullRequest.comments.toReversed() : pullRequest.comments
      return page(call, comments, (comment) =>
        showReviewComment(call.world, repository, pullRequest, comment),
      )
    },
  },
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/pulls/comments/{comment_id}',
    documentation: 'pulls/comments#get-a-review-comment-for-a-pull-request',
    answer: (call) => {
      const repository = repositoryOf(call)
      const id = numberOf(call, 'comment_id')
      for (const pullRequest of repository.pullRequests.values()) {
        const comment = pullRequest.comments.find((candidate) => candidate.id === id)
        if (comment) return ok(showReviewComment(call.world, repository, pullRequest, comment))
      }
      throw notFound()
    },
  },
]
