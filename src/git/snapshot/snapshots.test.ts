import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { openGitHubEmulator, type GitHubEmulator } from '../../../emulators/github/github-emulator.ts'
import { createManualClock } from '../../../test/manual-clock.ts'
import { openScratchRepository, type ScratchRepository } from '../../../test/scratch-repository.ts'
import { systemClock, type Clock } from '../../base/clock.ts'
import { isAbort } from '../../base/errors.ts'
import { openGitHub } from '../../github/github.octokit.ts'
import { commitId, repositoryName, type CommitId, type GitHubRepository } from '../../github/github.ts'
import { headTreeContract } from '../../review/head-tree.contract.ts'
import type { HeadTrees, OpenedHeadTree, RepositorySource } from '../../review/head-tree.ts'
import { createLogger } from '../../telemetry/logger.ts'
import { packBytes } from './fetch-snapshot.ts'
import { openSnapshots } from './snapshots.ts'

const { signal } = new AbortController()
const log = createLogger('silent')

let root: string
let emulator: GitHubEmulator
beforeAll(async () => {
  root = mkdtempSync(path.join(tmpdir(), 'lorgnette-snapshots-'))
  emulator = await openGitHubEmulator({ folder: path.join(root, 'github') })
})
afterAll(async () => {
  await emulator.close()
  rmSync(root, { recursive: true })
})

function repositoryOn(name: string, token = emulator.token): GitHubRepository {
  const credentials = { kind: 'token', token } as const
  const github = openGitHub({ apiUrl: emulator.url, credentials, clock: systemClock, log, timeoutMs: 10_000 })
  return github.repository(repositoryName.parse(name))
}

function snapshotsIn(folder: string, maxBytes = 100_000_000, clock: Clock = systemClock): HeadTrees {
  return openSnapshots({ folder, maxBytes, fetchTimeoutMs: 60_000, clock, log })
}

describe('a tree fetched from GitHub', () => {
  headTreeContract(async (repository) => {
    await emulator.addRepository('octo/contract', repository.folder)
    const trees = snapshotsIn(path.join(root, 'contract'))
    return {
      open: (commit) => trees.open(repositoryOn('octo/contract'), commit, signal),
      close: () => Promise.resolve(),
    }
  })
})

describe('the cache of snapshots', () => {
  let scratch: ScratchRepository
  let first: CommitId
  let second: CommitId
  let cache: string
  const bare = (): string => path.join(cache, 'octo+shop.git')
  const packs = (): string[] =>
    readdirSync(path.join(bare(), 'objects/pack')).filter((name) => name.endsWith('.pack'))

  beforeAll(async () => {
    scratch = openScratchRepository()
    scratch.write('large.bin', randomBytes(400_000).toString('base64'))
    scratch.write('shop.ts', 'first\n')
    first = commitId.parse(scratch.commit())
    scratch.write('shop.ts', 'second\n')
    second = commitId.parse(scratch.commit())
    await emulator.addRepository('octo/shop', scratch.folder)
    await emulator.addRepository('octo/other', scratch.folder)
  })
  afterAll(() => scratch.close())
  beforeEach(() => {
    cache = mkdtempSync(path.join(root, 'cache-'))
  })

  const open = (commit: CommitId, trees = snapshotsIn(cache), token?: string): Promise<OpenedHeadTree> =>
    trees.open(repositoryOn('octo/shop', token), commit, signal)
  const shop = async (opened: OpenedHeadTree): Promise<string | undefined> => {
    if (opened.kind === 'unavailable') return opened.reason
    const text = await opened.tree.file('shop.ts', signal)
    await opened.tree.close()
    return text
  }

  test('fetches a commit once, and of another one what differs', async () => {
    expect(await shop(await open(first))).toBe('first\n')
    expect(await shop(await open(first))).toBe('first\n')
    expect(packs()).toHaveLength(1)
    expect(await shop(await open(second))).toBe('second\n')
    const sizes = packs().map((name) => readFileSync(path.join(bare(), 'objects/pack', name)).length)
    expect(Math.min(...sizes)).toBeLessThan(2_000)
  })

  test('serves workers at once, in one process and in several', async () => {
    const one = snapshotsIn(cache)
    const another = snapshotsIn(cache)
    const opened = await Promise.all([
      open(first, one),
      open(second, one),
      open(first, another),
      open(second, another),
    ])
    expect(await Promise.all(opened.map(shop))).toEqual(['first\n', 'second\n', 'first\n', 'second\n'])
  })

  test('brings at once what is wanted at once, and a commit that is gone keeps nobody from the others', async () => {
    const trees = snapshotsIn(cache)
    const commits = [first]
    for (let index = 0; index < 5; index++) {
      scratch.write('shop.ts', `at once ${index}\n`)
      commits.push(commitId.parse(scratch.commit()))
    }
    await emulator.addRepository('octo/at-once', scratch.folder)
    const repository = repositoryOn('octo/at-once')
    const read = (wanted: readonly CommitId[]): Promise<readonly (string | undefined)[]> =>
      Promise.all(wanted.map(async (commit) => await shop(await trees.open(repository, commit, signal))))
    expect(await read(commits)).toEqual(['first\n', ...[0, 1, 2, 3, 4].map((index) => `at once ${index}\n`)])
    const brought = readdirSync(path.join(cache, 'octo+at-once.git/objects/pack'))
    expect(brought.filter((name) => name.endsWith('.pack')).length).toBeLessThan(4)

    const gone = commitId.parse('f'.repeat(40))
    const [next = gone, last = gone] = ['next', 'last'].map((text) => {
      scratch.write('shop.ts', `${text}\n`)
      return commitId.parse(scratch.commit())
    })
    await emulator.push('octo/at-once', 'main', last)
    expect(await read([next, gone, last])).toEqual([
      'next\n',
      expect.stringMatching(/^git fetch failed/),
      'last\n',
    ])
  })

  test('tries nothing again for those who waited while it failed, and nothing that another worker brought', async () => {
    let tries = 0
    const source = (url?: string): RepositorySource => ({
      name: repositoryName.parse('octo/shop'),
      gitAccess: async (signal) => {
        tries += 1
        const access = await repositoryOn('octo/shop').gitAccess(signal)
        return { ...access, ...(url !== undefined && { url }) }
      },
    })
    const trees = snapshotsIn(cache)
    const commits = ['1', '2', '3', '4', '5'].map((digit) => commitId.parse(digit.repeat(40)))
    const nobody = source('http://127.0.0.1:1/octo/shop.git')
    const failed = await Promise.all(commits.map((commit) => trees.open(nobody, commit, signal)))
    expect(failed.map(({ kind }) => kind)).toEqual(commits.map(() => 'unavailable'))
    expect(tries).toBeLessThanOrEqual(commits.length)

    tries = 0
    const workers = [trees, snapshotsIn(cache), snapshotsIn(cache)]
    const opened = await Promise.all(workers.map((worker) => worker.open(source(), first, signal)))
    expect(await Promise.all(opened.map(shop))).toEqual(['first\n', 'first\n', 'first\n'])
    expect(tries).toBe(1)
  })

  test('keeps no token, no address, no hook and no files', async () => {
    await shop(await open(first))
    const everything = readdirSync(cache, { recursive: true, encoding: 'utf8' })
      .filter((name) => !name.endsWith('.pack') && !name.endsWith('.idx'))
      .filter((name) => statSync(path.join(cache, name)).isFile())
    const texts = everything.map((name) => readFileSync(path.join(cache, name), 'latin1')).join('\n')
    const password = Buffer.from(`x-access-token:${emulator.token}`).toString('base64')
    for (const secret of [emulator.token, password, emulator.url, 'promisor'])
      expect(texts).not.toContain(secret)
    expect(everything.filter((name) => /hooks|shop\.ts|FETCH_HEAD/.test(name))).toEqual([])
  })

  test('says why there is no tree, without the token, and has one when the cause is gone', async () => {
    const wrong = ['ghp', 'wrong0000000000000000000000000000wrong'].join('_')
    const refused = await shop(await open(first, undefined, wrong))
    expect(refused).toMatch(/^git fetch failed: fatal: could not read Username/)
    expect(refused).not.toContain(wrong)
    const gone = commitId.parse('f'.repeat(40))
    expect(await shop(await open(gone))).toBe(
      `git fetch failed: fatal: remote error: upload-pack: not our ref ${gone}`,
    )
    expect(await shop(await open(first))).toBe('first\n')
  })

  test('has no room for a snapshot above its bound, and keeps nothing of it', async () => {
    expect(await shop(await open(first, snapshotsIn(cache, 1_000_000)))).toBe(
      'its snapshot is larger than 0 MB',
    )
    expect(existsSync(bare())).toBe(false)
  })

  test('bounds what a fetch brings, not what came before it, and begins anew once that is too much', async () => {
    const heads = Array.from({ length: 4 }, (_, index) => {
      scratch.write('large.bin', randomBytes(300_000))
      scratch.write('shop.ts', `head ${index}\n`)
      return commitId.parse(scratch.commit())
    })
    await emulator.addRepository('octo/growing', scratch.folder)
    const trees = snapshotsIn(cache, 2_000_000)
    const openHead = async (index: number): Promise<OpenedHeadTree> =>
      await trees.open(repositoryOn('octo/growing'), heads[index] ?? first, signal)
    const folder = path.join(cache, 'octo+growing.git')
    expect(await shop(await openHead(0))).toBe('head 0\n')
    const read = await openHead(1)
    expect(read.kind).toBe('opened')
    expect(await shop(await openHead(2))).toBe('head 2\n')
    expect(await packBytes(folder)).toBeGreaterThan(900_000)
    expect(await shop(read)).toBe('head 1\n')
    expect(await shop(await openHead(3))).toBe('head 3\n')
    expect(await packBytes(folder)).toBeLessThan(500_000)
  })

  test('begins anew after many fetches, when nobody reads in any process', async () => {
    const third = commitId.parse(scratch.commit())
    await emulator.push('octo/shop', 'main', third)
    const read = await open(first, snapshotsIn(cache))
    for (let index = 0; index < 100; index++) {
      writeFileSync(path.join(bare(), `objects/pack/pack-${index}.pack`), '')
    }
    expect(await shop(await open(second))).toBe('second\n')
    expect(packs()).toHaveLength(102)
    expect(await shop(read)).toBe('first\n')
    expect((await open(third)).kind).toBe('opened')
    expect(packs()).toHaveLength(1)
  })

  test('never begins anew under a process that has found its head a moment ago', async () => {
    await shop(await open(first))
    for (let index = 0; index < 100; index++) {
      writeFileSync(path.join(bare(), `objects/pack/pack-${index}.pack`), '')
    }
    const found = pauseGit(`rev-parse --verify --quiet ${first}^{commit}`)
    const read = open(first)
    const goOn = await found
    await open(second, snapshotsIn(cache))
    await goOn()
    expect(await shop(await read)).toBe('first\n')
  })

  test('makes room by what nobody opened for long, and never by what is read', async () => {
    const trees = snapshotsIn(cache, 2_200_000)
    const read = await open(first, trees)
    await shop(await trees.open(repositoryOn('octo/other'), first, signal))
    const small = path.join(cache, 'octo+old.git')
    mkdirSync(path.join(small, 'objects/pack'), { recursive: true })
    writeFileSync(path.join(small, 'objects/pack/pack-1.pack'), randomBytes(1_500_000))
    writeFileSync(path.join(small, 'last-used'), '')
    for (const folder of ['octo+old.git', 'octo+shop.git']) {
      utimesSync(path.join(cache, folder, 'last-used'), new Date(0), new Date(0))
    }
    await shop(await open(second, trees))
    expect(existsSync(small)).toBe(false)
    expect(await shop(read)).toBe('first\n')
  })

  test('never makes room by what another process reads, however long it takes', async () => {
    const clock = createManualClock()
    const read = await open(first, snapshotsIn(cache, 2_200_000, clock))
    const recent = path.join(cache, 'octo+recent.git')
    mkdirSync(path.join(recent, 'objects/pack'), { recursive: true })
    writeFileSync(path.join(recent, 'objects/pack/pack-1.pack'), randomBytes(1_500_000))
    writeFileSync(path.join(recent, 'last-used'), '')
    await clock.sleepers(1)
    for (const name of readdirSync(bare())) utimesSync(path.join(bare(), name), new Date(0), new Date(0))
    clock.advance(5 * 60_000)
    await clock.sleepers(1)
    const other = snapshotsIn(cache, 2_200_000)
    await shop(await other.open(repositoryOn('octo/other'), first, signal))
    expect(await shop(read)).toBe('first\n')

    for (const name of readdirSync(bare())) utimesSync(path.join(bare(), name), new Date(0), new Date(0))
    await shop(await other.open(repositoryOn('octo/other'), second, signal))
    expect(existsSync(bare())).toBe(false)
  })

  test('goes on where a process died while it fetched', async () => {
    await shop(await open(first))
    writeFileSync(path.join(bare(), 'shallow.lock'), '')
    writeFileSync(path.join(bare(), 'objects/pack/tmp_pack_1'), 'half')
    for (const name of ['reading-dead', 'reading-alive']) writeFileSync(path.join(bare(), name), '')
    utimesSync(path.join(bare(), 'reading-dead'), new Date(0), new Date(0))
    writeFileSync(`${bare()}.lock`, '')
    utimesSync(`${bare()}.lock`, new Date(0), new Date(0))
    expect(await shop(await open(second))).toBe('second\n')
    expect(readdirSync(path.join(bare(), 'objects/pack')).filter((name) => name.startsWith('tmp_'))).toEqual(
      [],
    )
    expect(existsSync(`${bare()}.lock`)).toBe(false)
    expect(readdirSync(bare()).filter((name) => name.startsWith('reading-'))).toEqual(['reading-alive'])
  })

  test('throws an abort as it is', async () => {
    await expect(
      snapshotsIn(cache).open(repositoryOn('octo/shop'), first, AbortSignal.abort()),
    ).rejects.toSatisfy(isAbort)
  })
})

/** Holds the git that was called so, after its work, until the function that comes back is called. */
async function pauseGit(call: string): Promise<() => Promise<void>> {
  const folder = mkdtempSync(path.join(root, 'git-'))
  const [done, go] = [path.join(folder, 'done'), path.join(folder, 'go')]
  execFileSync('sh', ['-c', 'mkfifo "$@"', 'sh', done, go])
  const git = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim()
  const script = `#!/bin/sh
    case "$*" in
      *'${call}') '${git}' "$@"; code=$?; echo > '${done}'; cat '${go}'; exit $code ;;
      *) exec '${git}' "$@" ;;
    esac`
  writeFileSync(path.join(folder, 'git'), script, { mode: 0o755 })
  vi.stubEnv('PATH', `${folder}:${process.env['PATH']}`)
  await readFile(done)
  vi.unstubAllEnvs()
  return () => writeFile(go, '')
}
