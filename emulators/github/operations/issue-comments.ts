import { z } from 'zod'
import { GitHubError, notFound, refuseLongBody } from '../github-error.ts'
import { bodyOf, created, numberOf, ok, page, repositoryOf, type Call, type Operation } from '../operation.ts'
import type { IssueComment, PullRequest } from '../pull-request.ts'
import { showIssueComment } from '../shapes/issue-comment.ts'
import { pullRequestNumbered, type Repository } from '../world.ts'
import { loginOf } from './common.ts'

const content = z.object({ body: z.string().min(1, 'body is missing') })

function commentOf(call: Call): {
  repository: Repository
  pullRequest: PullRequest
  comment: IssueComment
} {
  const repository = repositoryOf(call)
  const id = numberOf(call, 'comment_id')
  for (const pullRequest of repository.pullRequests.values()) {
    const comment = pullRequest.conversation.find((candidate) => candidate.id === id)
    if (comment) return { repository, pullRequest, comment }
  }
  throw notFound()
}

export const issueCommentOperations: readonly Operation[] = [
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/issues/{issue_number}/comments',
    documentation: 'issues/comments#list-issue-comments',
    answer: (call) => {
      const repository = repositoryOf(call)
      const pullRequest = pullRequestNumbered(repository, numberOf(call, 'issue_number'))
      return page(call, pullRequest.conversation, (comment) =>
        showIssueComment(call.world, repository, pullRequest, comment),
      )
    },
  },
  {
    method: 'POST',
    path: '/repos/{owner}/{repo}/issues/{issue_number}/comments',
    documentation: 'issues/comments#create-an-issue-comment',
    content: true,
    answer: (call) => {
      const repository = repositoryOf(call)
      const pullRequest = pullRequestNumbered(repository, numberOf(call, 'issue_number'))
      const { body } = bodyOf(call, content)
      refuseLongBody('IssueComment', body)
      const now = call.world.clock.now().toISOString()
      const comment: IssueComment = {
        id: call.world.nextId(),
        author: loginOf(call),
        body,
        createdAt: now,
        updatedAt: now,
        edits: 0,
      }
      pullRequest.conversation.push(comment)
      return created(showIssueComment(call.world, repository, pullRequest, comment))
    },
  },
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/issues/comments/{comment_id}',
    documentation: 'issues/comments#get-an-issue-comment',
    answer: (call) => {
      const { repository, pullRequest, comment } = commentOf(call)
      return ok(showIssueComment(call.world, repository, pullRequest, comment))
    },
  },
  {
    method: 'PATCH',
    path: '/repos/{owner}/{repo}/issues/comments/{comment_id}',
    documentation: 'issues/comments#update-an-issue-comment',
    content: true,
    answer: (call) => {
      const { repository, pullRequest, comment } = commentOf(call)
      const { body } = bodyOf(call, content)
      refuseLongBody('IssueComment', body)
      if (comment.author !== loginOf(call))
        throw new GitHubError(403, 'Resource not accessible by integration')
      comment.body = body
      comment.updatedAt = call.world.clock.now().toISOString()
      comment.edits += 1
      return ok(showIssueComment(call.world, repository, pullRequest, comment))
    },
  },
]
