import type { IssueComment, PullRequest } from '../pull-request.ts'
import { botLogin, type Repository, type World } from '../world.ts'
import { association, nodeId, showAccount } from './account.ts'
import { showApp } from './app.ts'
import { pullRequestPage } from './pull-request.ts'
import { apiUrl } from './repository.ts'
import { noReactions } from './review.ts'

export function showIssueComment(
  world: World,
  repository: Repository,
  pullRequest: PullRequest,
  comment: IssueComment,
): object {
  const api = apiUrl(world, repository)
  const url = `${api}/issues/comments/${comment.id}`
  return {
    url,
    html_url: `${pullRequestPage(world, repository, pullRequest)}#issuecomment-${comment.id}`,
    issue_url: `${api}/issues/${pullRequest.number}`,
    id: comment.id,
    node_id: nodeId('IC', comment.id),
    user: showAccount(world, comment.author),
    created_at: comment.createdAt,
    updated_at: comment.updatedAt,
    body: comment.body,
    author_association: association(repository.owner, comment.author),
    reactions: noReactions(url),
    performed_via_github_app: comment.author === botLogin(world) ? showApp(world) : null,
  }
}
