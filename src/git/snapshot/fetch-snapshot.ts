import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { isAbort, PermanentError } from '../../base/errors.ts'
import type { CommitId, GitAccess } from '../../github/github.ts'
import { MAX_TREE_FILE_BYTES } from '../../review/head-tree.ts'
import { runGit } from '../run-git.ts'

export interface FetchBounds {
  /** What the fetch may write to the disk. */
  readonly maxBytes: number
  readonly timeoutMs: number
}

/** How often the size of what came is looked at: a fast line brings some 30 MB meanwhile. */
const LOOK_EVERY_MS = 250

/**
 * Fetches commits, without their history and without files too large to read, into a bare folder. The remote, the token
 * and all options are in the environment of this one process: the folder keeps no address and no secret, git lists none
 * in its arguments, and who reads the folder later can fetch nothing. Nothing is checked out; no hook, filter,
 * submodule, helper or setting of this machine has a part in it; no redirect is followed, for it would take the token along.
 * Throws a permanent error when it fails, grows too large or takes too long; the folder is as good as before then.
 */
export async function fetchSnapshots(
  folder: string,
  commits: readonly CommitId[],
  access: GitAccess,
  bounds: FetchBounds,
  signal: AbortSignal,
): Promise<void> {
  const bounded = new AbortController()
  const before = await packBytes(folder)
  const timer = setTimeout(() => {
    bounded.abort(new PermanentError(`its snapshot took more than ${bounds.timeoutMs / 1_000} s`))
  }, bounds.timeoutMs)
  const watch = setInterval(() => {
    void endWhenTooLarge()
  }, LOOK_EVERY_MS)
  async function endWhenTooLarge(): Promise<void> {
    if ((await packBytes(folder)) - before > bounds.maxBytes) bounded.abort(tooLarge(bounds))
  }
  try {
    await runGit(
      ['--git-dir=.', '--bare', ...fetchArguments(commits)],
      { folder, env: fetchEnvironment(access) },
      AbortSignal.any([signal, bounded.signal]),
    )
  } catch (error) {
    signal.throwIfAborted()
    throw bounded.signal.aborted && isOwn(error, bounded.signal) ? bounded.signal.reason : error
  } finally {
    clearTimeout(timer)
    clearInterval(watch)
  }
}

export function tooLarge({ maxBytes }: FetchBounds): PermanentError {
  return new PermanentError(`its snapshot is larger than ${Math.floor(maxBytes / 1_000_000)} MB`)
}

function isOwn(error: unknown, { reason }: AbortSignal): boolean {
  return isAbort(error) || error === reason
}

function fetchArguments(commits: readonly CommitId[]): string[] {
  const options =
    '--depth=1 --no-tags --no-write-fetch-head --no-recurse-submodules --no-auto-maintenance --quiet'
  const wanted = commits.map((commit) => `+${commit}:refs/snapshots/${commit}`)
  return ['fetch', ...options.split(' '), 'head', ...wanted]
}

function fetchEnvironment({ url, authorization }: GitAccess): Record<string, string> {
  const settings: readonly (readonly [key: string, value: string])[] = [
    ['remote.head.url', url],
    // Without these two being on the disk, git takes a file that did not come for missing, and asks nobody for it.
    ['remote.head.promisor', 'true'],
    ['remote.head.partialclonefilter', `blob:limit=${MAX_TREE_FILE_BYTES + 1}`],
    ['http.extraHeader', `Authorization: ${authorization}`],
    ['http.followRedirects', 'false'],
    ['http.lowSpeedLimit', '1000'],
    ['http.lowSpeedTime', '30'],
    ['credential.helper', ''],
    ['core.askPass', ''],
    ['protocol.version', '2'],
    ['fetch.unpackLimit', '1'],
    ['fetch.writeCommitGraph', 'false'],
    ['gc.auto', '0'],
    ['maintenance.auto', 'false'],
  ]
  return {
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_COUNT: String(settings.length),
    ...Object.fromEntries(
      settings.flatMap(([key, value], at) => [
        [`GIT_CONFIG_KEY_${at}`, key],
        [`GIT_CONFIG_VALUE_${at}`, value],
      ]),
    ),
    GIT_ALLOW_PROTOCOL: url.startsWith('https:') ? 'https' : 'http',
    GIT_PROTOCOL_FROM_USER: '0',
    GIT_ASKPASS: '',
    SSH_ASKPASS: '',
    // What a person set to look into git would write the token to a log.
    GIT_TRACE: '0',
    GIT_TRACE_CURL: '0',
    GIT_TRACE_PACKET: '0',
  }
}

/** How many packs a bare folder has: every fetch adds one. */
export async function countPacks(folder: string): Promise<number> {
  const names = await readdir(path.join(folder, 'objects', 'pack')).catch(() => [])
  return names.filter((name) => name.endsWith('.pack')).length
}

/** What the packs of a bare folder take, those that are being written included; 0 for none. */
export async function packBytes(folder: string): Promise<number> {
  const packs = path.join(folder, 'objects', 'pack')
  const names = await readdir(packs).catch(() => [])
  const sizes = await Promise.all(
    names.map((name) =>
      stat(path.join(packs, name)).then(
        ({ size }) => size,
        () => 0, // renamed meanwhile
      ),
    ),
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}
