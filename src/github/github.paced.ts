import type { Clock } from '../base/clock.ts'
import { RateLimitedError } from '../base/errors.ts'
import type { RateLimiter } from '../limits/rate-limiter.ts'
import { waitForPlace } from '../limits/wait-for-place.ts'
import type { GitHub, GitHubRepository } from './github.ts'
import { limitsOfWrites, type WriteRates } from './write-rates.ts'

export interface PacedGitHubOptions {
  readonly limiter: RateLimiter
  readonly writes: WriteRates
  readonly clock: Clock
  /** Told before each wait, in milliseconds. */
  readonly onWait?: (kind: 'read' | 'write', waitMs: number) => void
}

/** After GitHub said that we were too fast, writes come one a second for so long. */
const SLOW_MS = 120_000

/** Longer waits give the job back to the queue, so that other installations are not held up. */
const MAX_WAIT_MS = 5_000

/**
 * GitHub, asked no faster than it allows: writes have limits that all workers share, and what one of them is told of a
 * limit, all calls of the installation obey. A wait costs no attempt: it ends in time, or in a rate-limited error.
 */
export function pacedGitHub(github: GitHub, options: PacedGitHubOptions): GitHub {
  const { installedRepositories } = github
  const installation = (id: number): Pacing => createPacing(`installation ${id}`, options)
  return {
    // What is not about one installation is passed on: the delivery log, for one, which the leader alone reads.
    ...github,
    repository: (name, installationId, how) =>
      pacedRepository(
        github.repository(name, installationId, how),
        installationId === undefined
          ? createPacing(`repository ${name}`, options)
          : installation(installationId),
      ),
    ...(installedRepositories && {
      installedRepositories: (id, page, signal) =>
        installation(id).reading(signal, () => installedRepositories(id, page, signal)),
    }),
  }
}

/** The calls of one account. */
interface Pacing {
  readonly reading: <Result>(signal: AbortSignal, read: () => Promise<Result>) => Promise<Result>
  readonly readyToWrite: (signal: AbortSignal) => Promise<void>
  /** Passes on to all workers what GitHub says of its limits. */
  readonly learning: <Result>(call: Promise<Result>) => Promise<Result>
}

function createPacing(account: string, { limiter, writes, clock, onWait }: PacedGitHubOptions): Pacing {
  const writeLimits = limitsOfWrites(writes)
  const keys = { read: `github:reads:${account}`, write: `github:writes:${account}` }

  async function place(kind: 'read' | 'write', signal: AbortSignal): Promise<void> {
    const ask = { key: keys[kind], cost: 1, limits: kind === 'write' ? writeLimits : [] }
    const what = kind === 'write' ? `a write of ${account}` : `a call of ${account}`
    const tell = onWait && ((waitMs: number) => onWait(kind, waitMs))
    await waitForPlace(
      ask,
      { limiter, clock, maxWaitMs: MAX_WAIT_MS, what, ...(tell && { onWait: tell }) },
      signal,
    )
  }

  async function learning<Result>(call: Promise<Result>): Promise<Result> {
    try {
      return await call
    } catch (error) {
      if (error instanceof RateLimitedError) {
        const ms = error.retryAt.getTime() - clock.now().getTime()
        await limiter.pause(keys.read, { ms, slowMs: 0 })
        await limiter.pause(keys.write, { ms, slowMs: SLOW_MS })
      }
      throw error
    }
  }

  return {
    learning,
    reading: async (signal, read) => {
      await place('read', signal)
      return await learning(read())
    },
    readyToWrite: (signal) => place('write', signal),
  }
}

function pacedRepository(
  repository: GitHubRepository,
  { reading, learning, readyToWrite }: Pacing,
): GitHubRepository {
  return {
    ...repository,
    openPullRequests: (page, signal) => reading(signal, () => repository.openPullRequests(page, signal)),
    pullRequest: (number, signal) => reading(signal, () => repository.pullRequest(number, signal)),
    changedFiles: (number, signal) => reading(signal, () => repository.changedFiles(number, signal)),
    mergeBase: (base, head, signal) => reading(signal, () => repository.mergeBase(base, head, signal)),
    fileAt: (path, commit, signal) => reading(signal, () => repository.fileAt(path, commit, signal)),
    blob: (id, signal) => reading(signal, () => repository.blob(id, signal)),
    contents: (places, maxBytes, signal) =>
      reading(signal, () => repository.contents(places, maxBytes, signal)),
    findReview: (number, marker, signal) =>
      reading(signal, () => repository.findReview(number, marker, signal)),
    reviewComments: (number, signal) => reading(signal, () => repository.reviewComments(number, signal)),
    findSummary: (number, marker, signal) =>
      reading(signal, () => repository.findSummary(number, marker, signal)),
    findCheckRun: (commit, name, externalId, signal) =>
      reading(signal, () => repository.findCheckRun(commit, name, externalId, signal)),

    // Whoever writes has waited in `readyToWrite`, before the intent was noted: after it nothing may take long.
    readyToWrite,
    postReview: (number, review, signal) => learning(repository.postReview(number, review, signal)),
    createSummary: (number, body, signal) => learning(repository.createSummary(number, body, signal)),
    updateSummary: (id, body, signal) => learning(repository.updateSummary(id, body, signal)),
    createCheckRun: (checkRun, signal) => learning(repository.createCheckRun(checkRun, signal)),
    updateCheckRun: (id, checkRun, signal) => learning(repository.updateCheckRun(id, checkRun, signal)),
  }
}
