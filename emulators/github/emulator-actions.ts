import { randomUUID } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { addComment } from './add-comment.ts'
import { addRepository } from './add-repository.ts'
import { resolveCommit } from './comparison.ts'
import type { Deliveries, Delivery } from './deliveries.ts'
import type { Faults } from './faults.ts'
import type { GitHubEmulator, GitHubEmulatorIdentity, RepositorySource } from './emulator.ts'
import { openPullRequest, push } from './moves.ts'
import { pullRequestPayload, type PullRequestAction } from './payload.ts'
import type { PullRequest } from './pull-request.ts'
import type { LoggedRequest } from './request-log.ts'
import { pullRequestNumbered, repositoryNamed, type Repository, type World } from './world.ts'

/** Everything of the emulator that can be asked for by name, here and over the wire. */
export type EmulatorActions = Omit<GitHubEmulator, keyof GitHubEmulatorIdentity | 'close'>

export function createActions(parts: {
  readonly world: World
  readonly deliveries: Deliveries
  readonly faults: Faults
  readonly log: readonly LoggedRequest[]
  violations(): readonly string[]
}): EmulatorActions {
  const { world, deliveries, faults, log } = parts

  const announce = async (
    repository: Repository,
    pullRequest: PullRequest,
    action: PullRequestAction,
  ): Promise<void> => {
    await deliveries.send('pull_request', await pullRequestPayload(world, repository, pullRequest, action))
  }

  /** Changes a pull request and tells the App. */
  const change = async (
    fullName: string,
    number: number,
    apply: (
      pullRequest: PullRequest,
      repository: Repository,
    ) => PullRequestAction | Promise<PullRequestAction>,
  ): Promise<void> => {
    const repository = repositoryNamed(world, fullName)
    const pullRequest = pullRequestNumbered(repository, number)
    pullRequest.updatedAt = world.clock.now().toISOString()
    await announce(repository, pullRequest, await apply(pullRequest, repository))
  }

  const pullRequestOf = (fullName: string, number: number): PullRequest =>
    pullRequestNumbered(repositoryNamed(world, fullName), number)

  return {
    addRepository: async (fullName, source) => {
      await addRepository(world, fullName, await folderOf(world.folder, source))
    },
    setWebhook: async (webhook) => deliveries.configure(webhook),

    openPullRequest: async (asked) => {
      const repository = repositoryNamed(world, asked.repository)
      const pullRequest = await openPullRequest(world, repository, asked)
      await announce(repository, pullRequest, { action: 'opened' })
      return pullRequest.number
    },
    push: async (fullName, branch, commit) => {
      const repository = repositoryNamed(world, fullName)
      for (const { pullRequest, before, after } of await push(world, repository, branch, commit))
        await announce(repository, pullRequest, { action: 'synchronize', before, after })
    },
    closePullRequest: (fullName, number, how) =>
      change(fullName, number, (pullRequest) => {
        pullRequest.state = 'closed'
        pullRequest.merged = how?.merged ?? false
        pullRequest.closedAt = pullRequest.updatedAt
        return { action: 'closed' }
      }),
    reopen: (fullName, number) =>
      change(fullName, number, (pullRequest) => {
        pullRequest.state = 'open'
        pullRequest.closedAt = null
        return { action: 'reopened' }
      }),
    markReady: (fullName, number) =>
      change(fullName, number, (pullRequest) => {
        pullRequest.draft = false
        return { action: 'ready_for_review' }
      }),
    convertToDraft: (fullName, number) =>
      change(fullName, number, (pullRequest) => {
        pullRequest.draft = true
        return { action: 'converted_to_draft' }
      }),
    lock: (fullName, number) =>
      change(fullName, number, (pullRequest) => {
        pullRequest.locked = true
        return { action: 'locked' }
      }),
    unlock: (fullName, number) =>
      change(fullName, number, (pullRequest) => {
        pullRequest.locked = false
        return { action: 'unlocked' }
      }),
    editTitle: (fullName, number, title) =>
      change(fullName, number, (pullRequest) => {
        const from = pullRequest.title
        pullRequest.title = title
        return { action: 'edited', changes: { title: { from } } }
      }),
    editBase: (fullName, number, base) =>
      change(fullName, number, async (pullRequest, repository) => {
        const commit = await resolveCommit(repository.folder, base)
        if (commit === undefined) throw new Error(`${fullName} has no ${base}`)
        const from = pullRequest.base
        pullRequest.base = { branch: base, commit }
        const changes = { base: { ref: { from: from.branch }, sha: { from: from.commit } } }
        return { action: 'edited', changes }
      }),
    deleteFork: async (fullName, number) => {
      pullRequestOf(fullName, number).head.repository = undefined
    },
    comment: (fullName, number, comment) => {
      const repository = repositoryNamed(world, fullName)
      return addComment(world, repository, pullRequestNumbered(repository, number), comment)
    },
    deleteIssueComment: async (fullName, number, id) => {
      const { conversation } = pullRequestOf(fullName, number)
      const index = conversation.findIndex((comment) => comment.id === id)
      if (index < 0) throw new Error(`no comment ${id}`)
      conversation.splice(index, 1)
    },
    revokeTokens: async () => world.tokens.clear(),

    deliver: (event, payload) => deliveries.send(event, payload),
    redeliver: (deliveryId): Promise<Delivery | undefined> => {
      const delivery = deliveries.find(deliveryId)
      if (!delivery) throw new Error(`no delivery ${deliveryId}`)
      return deliveries.redeliver(delivery)
    },
    deliveries: async () => [...deliveries.all()],

    reviews: async (fullName, number) => [...pullRequestOf(fullName, number).reviews],
    comments: async (fullName, number) => [...pullRequestOf(fullName, number).comments],
    issueComments: async (fullName, number) => [...pullRequestOf(fullName, number).conversation],
    checkRuns: async (fullName, commit) =>
      repositoryNamed(world, fullName).checkRuns.filter((checkRun) => checkRun.commit === commit),
    head: async (fullName, number) => pullRequestOf(fullName, number).head.commit,

    requests: async () => [...log],
    fail: async (fault) => faults.add(fault),
    clearFaults: async () => faults.clear(),
    violations: async () => [...parts.violations()],
  }
}

/** The folder of a source; one that a function makes stands in the emulator's own folder. */
export async function folderOf(emulatorFolder: string, source: RepositorySource): Promise<string> {
  if (typeof source === 'string') return source
  const folder = path.join(emulatorFolder, 'sources', randomUUID())
  await mkdir(folder, { recursive: true })
  await source(folder)
  return folder
}
