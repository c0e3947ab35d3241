import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import type { Clock } from '../../base/clock.ts'
import { createBatching } from '../../base/batching.ts'
import { errorMessage, isAbort, PermanentError } from '../../base/errors.ts'
import type { CommitId } from '../../github/github.ts'
import type { HeadTrees, RepositorySource } from '../../review/head-tree.ts'
import type { Logger } from '../../telemetry/logger.ts'
import { openCommitTree } from '../commit-tree.ts'
import { LocalRepository } from '../local-repository.ts'
import { runGit } from '../run-git.ts'
import {
  beginReading,
  isReadAnywhere,
  makeRoom,
  makeRoot,
  markUsed,
  removeLeftovers,
  removeRepository,
} from './cache-folder.ts'
import { countPacks, fetchSnapshots, packBytes, tooLarge } from './fetch-snapshot.ts'
import { createHolders } from './holders.ts'
import { withLockFile } from './lock-file.ts'

/** Each fetch adds one. */
const MOST_PACKS = 100

export interface SnapshotOptions {
  /** Holds one bare repository for each that was reviewed. Nothing but a cache: it may be removed at any time. */
  readonly folder: string
  /** What all of them may take; a single fetch may bring a quarter of it. */
  readonly maxBytes: number
  readonly fetchTimeoutMs: number
  readonly clock: Clock
  readonly log: Logger
}

/**
 * Trees from a cache of bare repositories, each with the commits that were asked for and nothing of their history. What
 * is there already is not fetched again, and of another commit only what differs. Safe for any number of workers on one
 * folder: one fetches into a repository at a time, for all of its process who came meanwhile, and readers need no lock, for
 * git adds whole packs.
 */
export function openSnapshots({
  folder: root,
  maxBytes,
  fetchTimeoutMs,
  clock,
  log,
}: SnapshotOptions): HeadTrees {
  const holders = createHolders()
  const fetches = new Map<string, (wanted: Wanted, signal: AbortSignal) => Promise<Error | undefined>>()
  const bounds = { maxBytes: Math.floor(maxBytes / 4), timeoutMs: fetchTimeoutMs }

  return {
    async open(repository, commit, signal) {
      const folder = path.join(root, `${repository.name.toLowerCase().replace('/', '+')}.git`)
      holders.take(folder)
      try {
        await makeRoot(root)
        const endReading = await readWhenThere(folder, { repository, commit }, signal)
        const release = async (): Promise<void> => {
          holders.giveBack(folder)
          await endReading()
        }
        return { kind: 'opened', tree: openCommitTree(folder, commit, release) }
      } catch (error) {
        holders.giveBack(folder)
        signal.throwIfAborted()
        if (isAbort(error)) throw error
        const reason = errorMessage(error)
        log.warn({ repository: repository.name, commit, reason }, 'no snapshot of a head')
        return { kind: 'unavailable', reason }
      }
    },
  }

  /** Begins to read a commit in a repository, and fetches it if need be. */
  async function readWhenThere(
    folder: string,
    wanted: Wanted,
    signal: AbortSignal,
  ): Promise<() => Promise<void>> {
    const reading = await readIfThere(folder, wanted.commit, signal)
    if (reading) return reading
    const failure = await holders.whileWaiting(folder, () => fetchInto(folder)(wanted, signal))
    if (failure) throw failure
    // Another process may have begun anew before it was said that somebody reads.
    const readingNow = await readIfThere(folder, wanted.commit, signal)
    if (!readingNow) throw new PermanentError('its snapshot was removed when it had just come')
    return readingNow
  }

  /** Says first that somebody reads, and looks then: another process could remove what was found and is not read. */
  async function readIfThere(
    folder: string,
    commit: CommitId,
    signal: AbortSignal,
  ): Promise<(() => Promise<void>) | undefined> {
    const endReading = await beginReading(folder, clock)
    try {
      if (endReading && (await has(folder, commit, signal))) {
        await markUsed(folder)
        return endReading
      }
    } catch (error) {
      await endReading?.()
      throw error
    }
    await endReading?.()
    return undefined
  }

  function fetchInto(folder: string): (wanted: Wanted, signal: AbortSignal) => Promise<Error | undefined> {
    const fetch =
      fetches.get(folder) ??
      createBatching<Wanted, Error | undefined>((wanted, signal) =>
        withLockFile(`${folder}.lock`, clock, signal, () => bringAll(folder, wanted, signal)),
      )
    fetches.set(folder, fetch)
    return fetch
  }

  /**
   * What another worker brought meanwhile is not brought again. Git names a commit that is gone, which fails those beside
   * it, too: they are tried again without it. Any other failure would only come again. Returns the failure of each.
   */
  async function bringAll(
    folder: string,
    wanted: readonly Wanted[],
    signal: AbortSignal,
  ): Promise<readonly (Error | undefined)[]> {
    const failures = new Map<CommitId, Error>()
    let missing: Wanted[] = []
    for (const one of wanted) if (!(await has(folder, one.commit, signal))) missing.push(one)
    // Who found its commit is about to read.
    if (missing.length === wanted.length && (await isWorn(folder)) && !(await isRead(folder))) {
      await removeRepository(root, folder)
    }
    while (missing.length > 0) {
      const failure = await failureOf(bring(folder, missing, signal))
      if (!failure) break
      const gone = missing.filter(({ commit }) => failure.message.includes(commit))
      for (const { commit } of gone.length > 0 ? gone : missing) failures.set(commit, failure)
      missing = missing.filter(({ commit }) => !failures.has(commit))
    }
    return wanted.map(({ commit }) => failures.get(commit))
  }

  /** Most in it are heads that nobody asks for again, and git looks through every pack: better to begin anew. */
  async function isWorn(folder: string): Promise<boolean> {
    return (await countPacks(folder)) > MOST_PACKS || (await packBytes(folder)) > bounds.maxBytes
  }

  async function isRead(folder: string): Promise<boolean> {
    // Who comes in this process meanwhile is seen as well: nothing is waited for after that.
    return (await isReadAnywhere(folder)) || holders.isRead(folder)
  }

  async function bring(folder: string, wanted: readonly Wanted[], signal: AbortSignal): Promise<void> {
    const [first] = wanted
    if (!first) return
    await makeRoom(root, maxBytes - bounds.maxBytes, holders.isHeld)
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await runGit(['init', '--quiet', '--bare', '--template=', '.'], { folder, env: cleanSettings }, signal)
    await removeLeftovers(folder)
    await markUsed(folder) // no other process takes it for one that nobody wants
    const before = await packBytes(folder)
    let brought = 0
    try {
      const commits = [...new Set(wanted.map(({ commit }) => commit))]
      await fetchSnapshots(folder, commits, await first.repository.gitAccess(signal), bounds, signal)
    } finally {
      await removeLeftovers(folder)
      brought = (await packBytes(folder)) - before
      // Nothing else is in it that somebody could read.
      const isUseless = before === 0 && (brought === 0 || brought > bounds.maxBytes)
      if (isUseless) await removeRepository(root, folder)
    }
    if (brought > bounds.maxBytes) throw tooLarge(bounds)
    const fits = await makeRoom(root, maxBytes, holders.isHeld)
    if (!fits) log.warn({ folder: root, maxBytes }, 'snapshots take more room than they may: all are in use')
  }
}

/** A commit that somebody waits for. */
interface Wanted {
  readonly repository: RepositorySource
  readonly commit: CommitId
}

/** An abort is thrown as it is. */
async function failureOf(work: Promise<void>): Promise<Error | undefined> {
  try {
    await work
    return undefined
  } catch (error) {
    if (isAbort(error) || !(error instanceof Error)) throw error
    return error
  }
}

const cleanSettings = { GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' }

async function has(folder: string, commit: CommitId, signal: AbortSignal): Promise<boolean> {
  try {
    return (await new LocalRepository(folder, signal).commit(commit)) === commit
  } catch (error) {
    if (isAbort(error)) throw error
    return false // there is no repository yet
  }
}
