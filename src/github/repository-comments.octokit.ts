import { checkBody } from './body-limit.ts'
import { maxBodyLength } from './github.ts'
import type { GitHubRepository, InlineComment, ReviewComment } from './github.ts'
import { hasMarker } from './marker.ts'
import {
  commentResponse,
  commentsResponse,
  readJson,
  reviewCommentsResponse,
  reviewResponse,
  reviewsResponse,
  toPosted,
  toReviewComment,
} from './octokit-responses.ts'
import { isNotFound, type RepositoryClient } from './repository-client.ts'

type Comments = Pick<
  GitHubRepository,
  'postReview' | 'findReview' | 'reviewComments' | 'findSummary' | 'createSummary' | 'updateSummary'
>

/** What is said on a pull request. */
export function createRepositoryComments(client: RepositoryClient): Comments {
  const { name, path: repository, octokit, calls, account } = client

  /** Only what we wrote ourselves: whoever copies a marker into a comment of his own must not silence us. */
  async function isOurs(signal: AbortSignal): Promise<(author: string) => boolean> {
    const { login } = await account.identity(signal)
    return (author) => author.toLowerCase() === login.toLowerCase()
  }

  return {
    postReview: async (number, review, signal) => {
      const what = `post a review on pull request ${name}#${number}`
      const parts = {
        ...repository,
        pull_number: number,
        commit_id: review.commit,
        event: 'COMMENT' as const,
        body: checkBody(review.body, maxBodyLength, what),
        comments: review.comments.map((comment) => toRequest(comment, what)),
      }
      const answer = await calls.attempt(
        what,
        signal,
        ({ status }) => status === 422,
        (parameters) =>
          octokit.request('POST /repos/{owner}/{repo}/pulls/{pull_number}/reviews', {
            ...parts,
            ...parameters,
          }),
      )
      if (answer.kind === 'refused') return { kind: 'refused', reason: answer.reason }
      return { kind: 'posted', review: toPosted(readJson(reviewResponse, answer, what)) }
    },

    findReview: async (number, marker, signal) => {
      const what = `list the reviews of pull request ${name}#${number}`
      const ours = await isOurs(signal)
      const pages = calls.pages(what, signal, (parameters) =>
        octokit.request('GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews', {
          ...repository,
          pull_number: number,
          ...parameters,
        }),
      )
      for await (const page of pages) {
        const found = readJson(reviewsResponse, page, what).find(
          // A pending review is a draft that only its author sees: nothing was posted.
          ({ user, body, state }) => ours(user.login) && state !== 'PENDING' && hasMarker(body ?? '', marker),
        )
        if (found) return toPosted(found)
      }
      return undefined
    },

    reviewComments: async (number, signal) => {
      const what = `list the comments on pull request ${name}#${number}`
      const comments: ReviewComment[] = []
      const pages = calls.pages(what, signal, (parameters) =>
        octokit.request('GET /repos/{owner}/{repo}/pulls/{pull_number}/comments', {
          ...repository,
          pull_number: number,
          ...parameters,
        }),
      )
      for await (const page of pages) {
        comments.push(...readJson(reviewCommentsResponse, page, what).map(toReviewComment))
      }
      return comments
    },

    findSummary: async (number, marker, signal) => {
      const what = `list the conversation of pull request ${name}#${number}`
      const ours = await isOurs(signal)
      const pages = calls.pages(what, signal, (parameters) =>
        octokit.request('GET /repos/{owner}/{repo}/issues/{issue_number}/comments', {
          ...repository,
          issue_number: number,
          ...parameters,
        }),
      )
      for await (const page of pages) {
        const found = readJson(commentsResponse, page, what).find(
          ({ user, body }) => ours(user.login) && hasMarker(body ?? '', marker),
        )
        if (found) return toPosted(found)
      }
      return undefined
    },

    createSummary: async (number, body, signal) => {
      const what = `post the summary on pull request ${name}#${number}`
      const checked = checkBody(body, maxBodyLength, what)
      const answer = await calls.call(what, signal, (parameters) =>
        octokit.request('POST /repos/{owner}/{repo}/issues/{issue_number}/comments', {
          ...repository,
          issue_number: number,
          body: checked,
          ...parameters,
        }),
      )
      return toPosted(readJson(commentResponse, answer, what))
    },

    updateSummary: async (id, body, signal) => {
      const what = `edit the summary ${id} in ${name}`
      const checked = checkBody(body, maxBodyLength, what)
      const answer = await calls.attempt(what, signal, isNotFound, (parameters) =>
        octokit.request('PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}', {
          ...repository,
          comment_id: id,
          body: checked,
          ...parameters,
        }),
      )
      return answer.kind === 'refused' ? undefined : toPosted(readJson(commentResponse, answer, what))
    },
  }
}

interface CommentRequest {
  path: string
  body: string
  line: number
  side: string
  start_line?: number
  start_side?: string
}

/** GitHub refuses a `start_line` that is not before the line. */
function toRequest({ path, anchor, body }: InlineComment, what: string): CommentRequest {
  const { side, startLine, endLine } = anchor
  return {
    path,
    body: checkBody(body, maxBodyLength, what),
    line: endLine,
    side,
    ...(startLine < endLine ? { start_line: startLine, start_side: side } : {}),
  }
}
