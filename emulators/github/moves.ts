import { resolveCommit } from './comparison.ts'
import { git, gitAnswer } from './git.ts'
import type { PullRequest } from './pull-request.ts'
import { moveComments } from './move-comments.ts'
import { fullNameOf, type Repository, type World } from './world.ts'

/** What a person does on GitHub: everything that changes the world without the API. */

export interface NewPullRequest {
  /** `owner/name` of the repository that it goes to. */
  readonly repository: string
  /** The branch with the change. */
  readonly head: string
  readonly base?: string
  readonly title?: string
  readonly body?: string | null
  /** A login; one that ends with `[bot]` is a bot. */
  readonly author?: string
  readonly draft?: boolean
  readonly labels?: readonly string[]
  /** `owner/name` of the fork that has the head branch. */
  readonly fork?: string
}

export async function openPullRequest(
  world: World,
  repository: Repository,
  asked: NewPullRequest,
): Promise<PullRequest> {
  const branch = asked.base ?? repository.defaultBranch
  const head = await commitOf(repository, asked.head)
  const base = await commitOf(repository, branch)
  if ((await gitAnswer(repository.folder, 'merge-base', base, head)) === undefined)
    throw new Error(`${asked.head} has no history in common with ${branch}`)
  const fork = asked.fork === undefined ? undefined : addFork(world, repository, asked.fork)
  const now = world.clock.now().toISOString()
  const number = Math.max(0, ...repository.pullRequests.keys()) + 1
  const pullRequest: PullRequest = {
    id: world.nextId(),
    number,
    title: asked.title ?? asked.head,
    body: asked.body ?? null,
    author: asked.author ?? 'octo-author',
    state: 'open',
    merged: false,
    draft: asked.draft ?? false,
    locked: false,
    labels: asked.labels ?? [],
    head: {
      branch: asked.head,
      commit: head,
      repository: fullNameOf(fork ?? repository),
      owner: (fork ?? repository).owner,
    },
    base: { branch, commit: base },
    heads: [head],
    createdAt: now,
    updatedAt: now,
    closedAt: null,
    reviews: [],
    comments: [],
    conversation: [],
  }
  repository.pullRequests.set(number, pullRequest)
  await git(repository.folder, 'update-ref', `refs/pull/${number}/head`, head)
  return pullRequest
}

function addFork(world: World, parent: Repository, fullName: string): Repository {
  const known = world.repositories.get(fullName.toLowerCase())
  if (known) return known
  const [owner = '', name = ''] = fullName.split('/')
  const fork: Repository = {
    ...parent,
    id: world.nextId(),
    owner,
    name,
    // The App is not installed on the forks of strangers.
    installationId: 0,
    forkOf: parent,
    pullRequests: new Map(),
    checkRuns: [],
  }
  world.repositories.set(fullName.toLowerCase(), fork)
  return fork
}

async function commitOf(repository: Repository, name: string): Promise<string> {
  const commit = await resolveCommit(repository.folder, name)
  if (commit === undefined) throw new Error(`${fullNameOf(repository)} has no ${name}`)
  return commit
}

/** Moves a branch. Returns the open pull requests whose head it is, with the heads that they had. */
export async function push(
  world: World,
  repository: Repository,
  branch: string,
  name: string,
): Promise<{ pullRequest: PullRequest; before: string; after: string }[]> {
  const after = await commitOf(repository, name)
  await git(repository.folder, 'update-ref', `refs/heads/${branch}`, after)
  const moved = []
  for (const pullRequest of repository.pullRequests.values()) {
    if (pullRequest.state !== 'open') continue
    if (pullRequest.base.branch === branch && pullRequest.head.repository === fullNameOf(repository))
      pullRequest.base.commit = after
    if (pullRequest.head.branch !== branch) continue
    const before = pullRequest.head.commit
    pullRequest.head.commit = after
    pullRequest.heads.push(after)
    pullRequest.base.commit = await commitOf(repository, pullRequest.base.branch)
    pullRequest.updatedAt = world.clock.now().toISOString()
    await git(repository.folder, 'update-ref', `refs/pull/${pullRequest.number}/head`, after)
    await moveComments(repository, pullRequest, before, after)
    moved.push({ pullRequest, before, after })
  }
  return moved
}
