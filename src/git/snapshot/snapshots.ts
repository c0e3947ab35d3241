import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import type { Clock } from '../../base/clock.ts'
import { createMutex } from '../../base/concurrency.ts'
import { errorMessage, isAbort } from '../../base/errors.ts'
import type { CommitId } from '../../github/github.ts'
import type { HeadTrees, RepositorySource } from '../../review/head-tree.ts'
import type { Logger } from '../../telemetry/logger.ts'
import { openCommitTree } from '../commit-tree.ts'
import { LocalRepository } from '../local-repository.ts'
import { runGit } from '../run-git.ts'
import { makeRoom, makeRoot, markUsed, removeLeftovers, removeRepository } from './cache-folder.ts'
import { fetchSnapshot, packBytes, tooLarge } from './fetch-snapshot.ts'
import { withLockFile } from './lock-file.ts'

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
 * folder: one fetches into a repository at a time, and readers need no lock, for git adds whole packs.
 */
export function openSnapshots({
  folder: root,
  maxBytes,
  fetchTimeoutMs,
  clock,
  log,
}: SnapshotOptions): HeadTrees {
  const readers = new Map<string, number>()
  const mutexes = new Map<string, ReturnType<typeof createMutex>>()
  const bounds = { maxBytes: Math.floor(maxBytes / 4), timeoutMs: fetchTimeoutMs }

  return {
    async open(repository, commit, signal) {
      const folder = path.join(root, `${repository.name.toLowerCase().replace('/', '+')}.git`)
      take(folder)
      try {
        await makeRoot(root)
        if (!(await has(folder, commit, signal))) {
          await alone(folder, signal, () => bring(folder, repository, commit, signal))
        }
        await markUsed(folder)
        return {
          kind: 'opened',
          tree: openCommitTree(folder, commit, () => Promise.resolve(giveBack(folder))),
        }
      } catch (error) {
        giveBack(folder)
        signal.throwIfAborted()
        if (isAbort(error)) throw error
        const reason = errorMessage(error)
        log.warn({ repository: repository.name, commit, reason }, 'no snapshot of a head')
        return { kind: 'unavailable', reason }
      }
    },
  }

  async function alone(folder: string, signal: AbortSignal, work: () => Promise<void>): Promise<void> {
    const mutex = mutexes.get(folder) ?? createMutex()
    mutexes.set(folder, mutex)
    await mutex(() => withLockFile(`${folder}.lock`, clock, signal, work))
  }

  async function bring(
    folder: string,
    repository: RepositorySource,
    commit: CommitId,
    signal: AbortSignal,
  ): Promise<void> {
    // Another worker may have brought it while this one waited.
    if (await has(folder, commit, signal)) return
    await makeRoom(root, maxBytes - bounds.maxBytes, (other) => (readers.get(other) ?? 0) > 0)
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await runGit(['init', '--quiet', '--bare', '--template=', '.'], { folder, env: cleanSettings }, signal)
    await removeLeftovers(folder)
    try {
      await fetchSnapshot(folder, commit, await repository.gitAccess(signal), bounds, signal)
    } finally {
      await removeLeftovers(folder)
    }
    if ((await packBytes(folder)) > bounds.maxBytes) {
      if (readers.get(folder) === 1) await removeRepository(root, folder)
      throw tooLarge(bounds)
    }
    const fits = await makeRoom(root, maxBytes, (other) => (readers.get(other) ?? 0) > 0)
    if (!fits) log.warn({ folder: root, maxBytes }, 'snapshots take more room than they may: all are in use')
  }

  function take(folder: string): void {
    readers.set(folder, (readers.get(folder) ?? 0) + 1)
  }

  function giveBack(folder: string): void {
    const left = (readers.get(folder) ?? 1) - 1
    if (left > 0) readers.set(folder, left)
    else readers.delete(folder)
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
