import type { PullRequest } from '../pull-request.ts'
import type { Repository, World } from '../world.ts'
import { accountId, association, nodeId, showAccount } from './account.ts'
import { apiUrl, pageUrl, showRepository } from './repository.ts'

/** The size of a change, which only the answer about one pull request tells. */
export interface ChangeSize {
  readonly commits: number
  readonly additions: number
  readonly deletions: number
  readonly changedFiles: number
}

export const pullRequestPage = (world: World, repository: Repository, pullRequest: PullRequest): string =>
  `${pageUrl(world, repository)}/pull/${pullRequest.number}`

/** A pull request as lists show it. */
export function showPullRequest(world: World, repository: Repository, pullRequest: PullRequest): object {
  const { number, head, base } = pullRequest
  const api = apiUrl(world, repository)
  const url = `${api}/pulls/${number}`
  const issue = `${api}/issues/${number}`
  const page = pullRequestPage(world, repository, pullRequest)
  const links = {
    html: page,
    issue,
    comments: `${issue}/comments`,
    review_comments: `${url}/comments`,
    review_comment: `${api}/pulls/comments{/number}`,
    commits: `${url}/commits`,
    statuses: `${api}/statuses/${head.commit}`,
  }
  return {
    url,
    id: pullRequest.id,
    node_id: nodeId('PR', pullRequest.id),
    html_url: page,
    diff_url: `${page}.diff`,
    patch_url: `${page}.patch`,
    issue_url: links.issue,
    commits_url: links.commits,
    review_comments_url: links.review_comments,
    review_comment_url: links.review_comment,
    comments_url: links.comments,
    statuses_url: links.statuses,
    number,
    state: pullRequest.state,
    locked: pullRequest.locked,
    title: pullRequest.title,
    user: showAccount(world, pullRequest.author),
    body: pullRequest.body,
    labels: pullRequest.labels.map((name) => showLabel(api, name)),
    milestone: null,
    active_lock_reason: null,
    created_at: pullRequest.createdAt,
    updated_at: pullRequest.updatedAt,
    closed_at: pullRequest.closedAt,
    merged_at: pullRequest.merged ? pullRequest.closedAt : null,
    merge_commit_sha: null,
    assignee: null,
    assignees: [],
    requested_reviewers: [],
    requested_teams: [],
    head: showEnd(world, head.owner, head, headRepository(world, pullRequest)),
    base: showEnd(world, repository.owner, base, repository),
    _links: {
      self: { href: url },
      ...Object.fromEntries(Object.entries(links).map(([name, href]) => [name, { href }])),
    },
    author_association: association(repository.owner, pullRequest.author),
    auto_merge: null,
    draft: pullRequest.draft,
  }
}

/** A pull request as it is shown alone, and in deliveries. */
export function showWholePullRequest(
  world: World,
  repository: Repository,
  pullRequest: PullRequest,
  size: ChangeSize,
): object {
  return {
    ...showPullRequest(world, repository, pullRequest),
    merged: pullRequest.merged,
    mergeable: null,
    rebaseable: null,
    mergeable_state: 'unknown',
    merged_by: pullRequest.merged ? showAccount(world, repository.owner) : null,
    comments: pullRequest.conversation.length,
    review_comments: pullRequest.comments.length,
    maintainer_can_modify: false,
    commits: size.commits,
    additions: size.additions,
    deletions: size.deletions,
    changed_files: size.changedFiles,
  }
}

function headRepository(world: World, pullRequest: PullRequest): Repository | undefined {
  const name = pullRequest.head.repository
  return name === undefined ? undefined : world.repositories.get(name.toLowerCase())
}

function showEnd(
  world: World,
  owner: string,
  end: { readonly branch: string; readonly commit: string },
  repository: Repository | undefined,
): object {
  return {
    label: `${owner}:${end.branch}`,
    ref: end.branch,
    sha: end.commit,
    user: showAccount(world, owner),
    // Null once a fork was deleted.
    repo: repository ? showRepository(world, repository) : null,
  }
}

function showLabel(api: string, name: string): object {
  const id = accountId(name)
  return {
    id,
    node_id: nodeId('LA', id),
    url: `${api}/labels/${encodeURIComponent(name)}`,
    name,
    color: 'ededed',
    default: false,
    description: '',
  }
}
