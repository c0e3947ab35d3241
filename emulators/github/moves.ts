import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { comparisonOf, resolveCommit } from './comparison.ts'
import { git, gitAnswer, gitText } from './git.ts'
import { lineAt } from './pull-request-diff.ts'
import type { PullRequest, ReviewComment } from './pull-request.ts'
import { shiftLine } from './shift-line.ts'
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

/** Adds a repository that shares the objects of the one in `source`, which is only read. */
export async function addRepository(world: World, fullName: string, source: string): Promise<Repository> {
  const [owner, name, ...rest] = fullName.split('/')
  if (!owner || !name || rest.length > 0) throw new Error(`${fullName} is not owner/name`)
  if (world.repositories.has(fullName.toLowerCase())) throw new Error(`${fullName} is there already`)
  const folder = path.join(world.folder, 'repositories', `${owner}/${name}.git`)
  const objects = await gitText(source, 'rev-parse', '--path-format=absolute', '--git-path', 'objects')
  const branch = await defaultBranchOf(source)
  await git('.', 'init', '--quiet', '--bare', `--initial-branch=${branch}`, folder)
  await writeFile(path.join(folder, 'objects/info/alternates'), `${objects}\n`)
  await git(folder, 'fetch', '--quiet', source, '+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*')
  const installation = world.installations.get(owner.toLowerCase()) ?? { id: world.nextId(), account: owner }
  world.installations.set(owner.toLowerCase(), installation)
  const repository: Repository = {
    id: world.nextId(),
    owner,
    name,
    folder,
    defaultBranch: branch,
    installationId: installation.id,
    forkOf: undefined,
    pullRequests: new Map(),
    checkRuns: [],
    createdAt: world.clock.now(),
  }
  world.repositories.set(fullName.toLowerCase(), repository)
  return repository
}

/** `main` or `master` where there is one: the branch that happens to be checked out says little. */
async function defaultBranchOf(source: string): Promise<string> {
  for (const name of ['main', 'master'])
    if ((await gitAnswer(source, 'rev-parse', '--verify', '--quiet', `refs/heads/${name}`)) !== undefined)
      return name
  return (await gitAnswer(source, 'symbolic-ref', '--short', 'HEAD')) ?? 'main'
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

/** Comments follow their lines to the new head, and are outdated where these are gone from the diff. */
async function moveComments(
  repository: Repository,
  pullRequest: PullRequest,
  before: string,
  after: string,
): Promise<void> {
  const { files } = await comparisonOf(repository, pullRequest)
  for (const comment of pullRequest.comments) {
    if (comment.line === undefined || comment.side === undefined) continue
    const shift = (line: number): Promise<number | undefined> =>
      comment.side === 'LEFT'
        ? Promise.resolve(line)
        : shiftLine(repository.folder, before, after, comment.path, line)
    const line = await shift(comment.line)
    const file = files.find(({ path }) => path === comment.path)
    const place = line === undefined || !file ? undefined : lineAt(file, comment.side, line)
    Object.assign(comment, {
      line: place ? line : undefined,
      position: place?.position,
      startLine: place && comment.startLine !== undefined ? await shift(comment.startLine) : undefined,
    } satisfies Partial<Record<keyof ReviewComment, unknown>>)
  }
}
