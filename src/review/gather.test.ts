import { chmodSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { openGitHubEmulator, type GitHubEmulator } from '../../emulators/github/github-emulator.ts'
import { openScratchRepository, type ScratchRepository } from '../../test/scratch-repository.ts'
import { systemClock } from '../base/clock.ts'
import { errorKind, PermanentError } from '../base/errors.ts'
import type { Hunk } from '../diff/file-diff.ts'
import { parsePatch } from '../diff/parse-patch.ts'
import { diffBlobs } from '../git/diff-blobs.ts'
import { openGitHub } from '../github/github.octokit.ts'
import { repositoryName, type GitHubRepository } from '../github/github.ts'
import { createLogger } from '../telemetry/logger.ts'
import type { Change, ChangedText } from './change.ts'
import { gatherDiffs, gatherPullRequest, type GatherOptions } from './gather.ts'

const { signal } = new AbortController()
const name = repositoryName.parse('acme/shop')
const folder = mkdtempSync(path.join(tmpdir(), 'lorgnette-gather-'))

let source: ScratchRepository
let emulator: GitHubEmulator
let repository: GitHubRepository
/** The pull request with every odd form of a changed file. */
let number: number

const lines = (from: number, to: number): string =>
  Array.from({ length: to - from + 1 }, (_, index) => `line ${from + index}\n`).join('')
const png = (pixel: number): Uint8Array => Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0, 0, 0, pixel])
const latin1 = (text: string): Uint8Array => Buffer.from(text, 'latin1')

function writeHistory(): void {
  const { git, write, commit, folder } = source
  const submodule = (commit: string): void => {
    git('update-index', '--add', '--cacheinfo', `160000,${commit.repeat(40)},vendor/lib`)
    git('commit', '--quiet', '--message', 'a submodule')
  }
  write('modified.py', lines(1, 40))
  write('old/edited.ts', lines(1, 30))
  write('pure.txt', lines(100, 130))
  write('gone.py', lines(1, 3))
  write('image.png', png(1))
  write('blob.dat', png(1))
  write('tool.sh', lines(1, 5))
  write('crlf.txt', 'one\r\ntwo\r\nthree\r\n')
  write('latin1.txt', latin1('caf\u00e9\nplain\n'))
  write('unended.txt', 'a\nb')
  write('folder with ü/naïve 🎩 "x".md', 'old\n')
  write('large.txt', lines(1, 15_000))
  write('hidden.js', 'var a = 1\n')
  commit()
  submodule('1')

  git('checkout', '--quiet', '-b', 'change')
  write('modified.py', `${lines(1, 9)}line 10, changed\n${lines(11, 40)}`)
  git('mv', 'old/edited.ts', 'edited.ts')
  write('edited.ts', `${lines(1, 29)}line 30, changed\n`)
  git('mv', 'pure.txt', 'moved.txt')
  git('rm', '--quiet', 'gone.py')
  write('image.png', png(9))
  write('blob.dat', png(2))
  chmodSync(path.join(folder, 'tool.sh'), 0o755)
  write('crlf.txt', 'one\r\n2\r\nthree\r\n')
  write('latin1.txt', latin1('th\u00e9\nplain\n'))
  write('unended.txt', 'a\nc')
  write('folder with ü/naïve 🎩 "x".md', 'new\n')
  write('large.txt', lines(10_001, 25_000))
  write('hidden.js', 'var a = 2\n')
  write('added.py', 'first\n  second\r\n\n\uFEFFlast')
  write('added-latin1.txt', latin1('\u00e9t\u00e9\n'))
  write('added-nul.txt', `${lines(1, 2_000)}\0\n`)
  write('added.bin', png(3))
  write('empty.py', '')
  write('large-added.txt', lines(1, 21_000))
  symlinkSync('../../elsewhere', path.join(folder, 'link'))
  commit()
  submodule('2')

  git('checkout', '--quiet', '-b', 'wide', 'main')
  for (let index = 0; index < 120; index++) write(`wide/${index}.txt`, `${index}\n`)
  commit()

  git('checkout', '--quiet', '-b', 'before-heavy', 'main')
  const heavy = (name: string, head: string, megabytes = 1.9): void =>
    write(`heavy/${name}`, `${head}\n${'many words of one line\n'.repeat(megabytes * 43_000)}`)
  const writeHeavy = (version: string): void => {
    for (const name of ['twin-1.js', 'twin-2.js', 'twin-3.js']) heavy(name, version)
    heavy('too-large.js', version, 2.1)
    for (let index = 0; index < 54; index++) heavy(`${index}.js`, `${version} of ${index}`)
    commit()
  }
  writeHeavy('before')
  git('checkout', '--quiet', '-b', 'heavy')
  writeHeavy('after')
  git('checkout', '--quiet', 'main')

  // The base goes on: what happens there is no part of the change.
  git('checkout', '--quiet', 'main')
  write('modified.py', `line 0\n${lines(1, 40)}`)
  write('large.txt', 'rewritten\n')
  commit()
}

beforeAll(async () => {
  source = openScratchRepository()
  writeHistory()
  emulator = await openGitHubEmulator({ folder: path.join(folder, 'emulator'), validate: true })
  await emulator.addRepository(name, source.folder)
  const { id: appId, privateKey } = emulator.app
  repository = openGitHub({
    apiUrl: emulator.url,
    credentials: { kind: 'app', appId, privateKey },
    clock: systemClock,
    log: createLogger('silent'),
    timeoutMs: 10_000,
  }).repository(name)
  number = await emulator.openPullRequest({ repository: name, head: 'change', title: 'Change', body: 'Why' })
  const opened = await gather(number)
  gathered = opened.change
  requests = opened.requests
})

afterEach(async () => {
  await emulator.clearFaults()
  const violations = await emulator.violations()
  if (violations.length > 0) throw new Error(`against GitHub's description: ${violations.join('\n')}`)
})

afterAll(async () => {
  await emulator.close()
  source.close()
  rmSync(folder, { recursive: true, force: true })
})

let gathered: Change
/** The paths of the requests that it took. */
let requests: readonly string[]

async function gather(
  number: number,
  options: Partial<GatherOptions> = {},
): Promise<{ change: Change; requests: readonly string[] }> {
  const pullRequest = await repository.pullRequest(number, signal)
  if (!pullRequest) throw new Error('no such pull request')
  const before = (await emulator.requests()).length
  const all: GatherOptions = { diffBlobs, needsContent: () => true, ...options }
  const files = await repository.changedFiles(number, signal)
  const change = await gatherPullRequest(repository, pullRequest, files, all, signal)
  return { change, requests: (await emulator.requests()).slice(before).map(({ path }) => path) }
}

function file(filePath: string, change = gathered): ChangedText {
  const found = change.files.find(({ diff }) => diff.path === filePath)
  if (!found) throw new Error(`${filePath} is missing`)
  return found
}

/** What git itself says lies between the merge base and the head. */
function gitHunks(filePath: string, ...options: string[]): readonly Hunk[] {
  const patch = source.git('diff', '-M', '--unified=3', ...options, 'main...change')
  return parsePatch(patch).find((diff) => diff.path === filePath)?.hunks ?? []
}

const blobOf = (at: string): string => source.git('rev-parse', at).toString().trim()
const readsOf = (at: string): number => requests.filter((request) => request.endsWith(blobOf(at))).length

/** Makes GitHub's next list of files say something else of one of them. */
async function alterList(filePath: string, alter: (file: Record<string, unknown>) => object): Promise<void> {
  const { url, token } = emulator
  const list = `${url}/repos/${name}/pulls/${number}/files?per_page=100`
  const answer = await fetch(list, { headers: { authorization: `Bearer ${token}` } })
  const files = (await answer.json()) as Record<string, unknown>[] // as the emulator made it
  const body = files.map((file) => (file['filename'] === filePath ? alter(file) : file))
  await emulator.fail({ kind: 'status', status: 200, body, path: `/pulls/${number}/files` })
}

test('a change has the name, the words and every file of its pull request', () => {
  expect(gathered).toMatchObject({ name: 'acme/shop#1', title: 'Change', body: 'Why', complete: true })
  const names = source.git('diff', '-M', '--name-only', '-z', 'main...change').toString().split('\0')
  expect(gathered.files.map(({ diff }) => diff.path).toSorted()).toEqual(names.filter(Boolean).toSorted())
})

test('every patch that GitHub shows has the hunks that git finds', () => {
  const shown = gathered.files.filter(({ diff }) => diff.hunks.length > 0).map(({ diff }) => diff)
  expect(shown.length).toBeGreaterThan(10)
  for (const { path, hunks } of shown) expect({ path, hunks }).toEqual({ path, hunks: gitHunks(path) })
})

describe('content', () => {
  test('of an added file comes from its patch, to the byte, and costs no read', () => {
    expect(file('added.py').content).toBe('first\n  second\r\n\n\uFEFFlast')
    expect(readsOf('change:added.py')).toBe(0)
  })

  test('of modified files is read in one call for all of them', () => {
    expect(file('modified.py').content).toBe(`${lines(1, 9)}line 10, changed\n${lines(11, 40)}`)
    expect(requests.filter((request) => request === '/graphql')).toHaveLength(1)
    expect(readsOf('change:modified.py')).toBe(0)
  })

  test('is the new one of a file that was renamed and edited', () => {
    expect(file('edited.ts')).toMatchObject({
      diff: { status: 'renamed', oldPath: 'old/edited.ts', hunks: gitHunks('edited.ts') },
      content: `${lines(1, 29)}line 30, changed\n`,
    })
  })

  test.each([
    ['crlf.txt', 'one\r\n2\r\nthree\r\n'],
    ['unended.txt', 'a\nc'],
    ['folder with ü/naïve 🎩 "x".md', 'new\n'],
  ])('of %s is what stands there', (filePath, content) => {
    expect(file(filePath).content).toBe(content)
  })

  test.each(['latin1.txt', 'added-latin1.txt', 'added-nul.txt'])(
    'of %s is none, and it says that it is no text in UTF-8; its hunks are there',
    (filePath) => {
      const { diff, ...rest } = file(filePath)
      expect(diff.hunks.length).toBeGreaterThan(0)
      expect(rest).toEqual({ noContent: 'it is not UTF-8 text' })
    },
  )

  test('is read only of files that somebody needs', async () => {
    const needed: string[] = []
    const { change, requests } = await gather(number, {
      needsContent: (filePath) => {
        needed.push(filePath)
        return filePath === 'crlf.txt'
      },
    })
    expect(file('crlf.txt', change).content).toBeDefined()
    expect(file('modified.py', change).content).toBeUndefined()
    expect(needed).toContain('modified.py')
    const reads = requests.filter((request) => request.includes('/git/blobs/'))
    // The others have no patch: their bytes tell what became of them.
    const withoutPatch = ['tool.sh', 'blob.dat', 'added.bin', 'large.txt', 'large-added.txt']
    expect(reads.map((read) => read.slice(-40)).toSorted()).toEqual(
      ['crlf.txt', ...withoutPatch].map((filePath) => blobOf(`change:${filePath}`)).toSorted(),
    )
  })
})

describe('a file without hunks', () => {
  test.each([
    ['moved.txt', { status: 'renamed', oldPath: 'pure.txt', binary: false }],
    ['tool.sh', { status: 'modified', binary: false }],
    ['blob.dat', { status: 'modified', binary: true }],
    ['image.png', { status: 'modified', binary: true }],
    ['added.bin', { status: 'added', binary: true }],
    ['empty.py', { status: 'added', binary: false }],
  ])('%s is told from the others', (filePath, expected) => {
    const { diff, unreadable } = file(filePath)
    expect(unreadable).toBeUndefined()
    expect(diff).toMatchObject({ hunks: [], oldPath: filePath, ...expected })
  })

  test('costs no read where the list tells enough', () => {
    expect(['main:pure.txt', 'change:image.png', 'change:empty.py'].map(readsOf)).toEqual([0, 0, 0])
  })

  test('is compared byte by byte when attributes of the repository hide it', async () => {
    await alterList('hidden.js', ({ patch: _patch, ...file }) => ({
      ...file,
      additions: 0,
      deletions: 0,
      changes: 0,
    }))
    const { change } = await gather(number)
    expect(file('hidden.js', change)).toMatchObject({
      diff: { binary: false, hunks: gitHunks('hidden.js') },
      content: 'var a = 2\n',
    })
  })
})

test('a deleted file keeps its hunks, and nothing is read of it', () => {
  expect(file('gone.py')).toEqual({
    diff: {
      path: 'gone.py',
      oldPath: 'gone.py',
      status: 'deleted',
      binary: false,
      hunks: gitHunks('gone.py'),
    },
  })
  expect(readsOf('main:gone.py')).toBe(0)
})

test('a submodule and a symlink are what git writes for them', () => {
  expect(file('vendor/lib').diff.hunks).toEqual(gitHunks('vendor/lib'))
  expect(file('vendor/lib').content).toBeUndefined()
  expect(file('link').diff.hunks).toEqual(gitHunks('link'))
})

describe('a patch that GitHub withholds', () => {
  test('is made from both contents, the old one as it was at the merge base', () => {
    const { diff, content } = file('large.txt')
    expect(diff.hunks).toEqual(gitHunks('large.txt'))
    expect(content).toBe(lines(10_001, 25_000))
  })

  test('of an added file is all of it', () => {
    expect(file('large-added.txt').diff.hunks).toEqual(gitHunks('large-added.txt'))
  })

  test('asks for the merge base once, however many there are', () => {
    expect(requests.filter((request) => request.includes('/compare/'))).toHaveLength(1)
  })

  test('makes the file unreadable when its content is withheld too, and no other', async () => {
    await emulator.fail({ kind: 'status', status: 404, path: blobOf('change:large.txt') })
    const { change } = await gather(number)
    expect(file('large.txt', change)).toMatchObject({
      diff: { hunks: [] },
      unreadable: 'GitHub gives neither its patch nor its content',
    })
    expect(change.files.filter(({ unreadable }) => unreadable !== undefined)).toHaveLength(1)
    expect(change.files).toHaveLength(gathered.files.length)
  })

  test('makes the file unreadable when its former content is withheld', async () => {
    await emulator.fail({ kind: 'status', status: 404, path: '/contents/large.txt' })
    const { change } = await gather(number)
    expect(file('large.txt', change).unreadable).toBe('GitHub gives neither its patch nor its former content')
  })

  test('makes the file unreadable when the two cannot be compared', async () => {
    const { change } = await gather(number, {
      diffBlobs: async (before, after, signal) => {
        if (after.length > 100_000) throw new PermanentError('git diff wrote more than 100 MB')
        return await diffBlobs(before, after, signal)
      },
    })
    expect(file('large.txt', change).unreadable).toBe('git diff wrote more than 100 MB')
    expect(file('tool.sh', change).unreadable).toBeUndefined()
  })
})

describe('a patch that is not whole', () => {
  const cutInHunk = ({ patch, ...file }: Record<string, unknown>): object => ({
    ...file,
    patch: String(patch).split('\n').slice(0, -2).join('\n'),
  })

  test('marks its file as unreadable, and no other', async () => {
    await alterList('modified.py', cutInHunk)
    const { change } = await gather(number)
    const { diff, content, unreadable } = file('modified.py', change)
    expect(unreadable).toMatch(/^line \d+ of the patch: /)
    expect([diff.hunks, content]).toEqual([[], undefined])
    expect(change.files.filter(({ unreadable }) => unreadable !== undefined)).toHaveLength(1)
    expect(file('added.py', change)).toEqual(file('added.py'))
  })

  test('and ends between two hunks is made from both contents', async () => {
    // GitHub counts one line more than the patch shows.
    await alterList('modified.py', (file) => ({ ...file, additions: 2, changes: 3 }))
    const { change } = await gather(number)
    expect(file('modified.py', change)).toEqual(file('modified.py'))
  })

  test('of no line at all is as good as none', async () => {
    await alterList('modified.py', (file) => ({ ...file, patch: '' }))
    const { change } = await gather(number)
    expect(file('modified.py', change)).toEqual(file('modified.py'))
  })

  test('shows no line to comment on, and does not hide those of other files', async () => {
    await alterList('modified.py', cutInHunk)
    const diffs = await gatherDiffs(repository, number, signal)
    expect(diffs.get('modified.py')?.hunks).toEqual([])
    expect(diffs.get('crlf.txt')).toEqual(file('crlf.txt').diff)
  })
})

test('files come over all pages', async () => {
  const wide = await emulator.openPullRequest({ repository: name, head: 'wide' })
  const { change, requests } = await gather(wide)
  const paths = change.files.map(({ diff }) => diff.path)
  expect(paths.toSorted()).toEqual(Array.from({ length: 120 }, (_, index) => `wide/${index}.txt`).toSorted())
  expect(change.files.every(({ content, diff }) => `wide/${content?.trim()}.txt` === diff.path)).toBe(true)
  expect(requests.filter((request) => request.includes('/git/blobs/'))).toEqual([])
})

test('contents of a change are bounded, each and all together; the same one is read once', async () => {
  const heavy = await emulator.openPullRequest({ repository: name, head: 'heavy', base: 'before-heavy' })
  const { change, requests } = await gather(heavy)
  expect(change.files.every(({ diff }) => diff.hunks.length === 1)).toBe(true)
  const reads = (filePath: string): number =>
    requests.filter((request) => request.endsWith(blobOf(`heavy:heavy/${filePath}`))).length
  expect(['twin-1.js', 'too-large.js'].map(reads)).toEqual([1, 0])
  expect(file('heavy/twin-3.js', change).content).toBe(file('heavy/twin-1.js', change).content)
  expect(file('heavy/too-large.js', change).noContent).toBe('it is too large')
  const unread = change.files.filter(
    ({ noContent }) => noContent === 'the files of the change are too large together',
  )
  expect(unread.length).toBeGreaterThan(0)
  const bytes = new Set(change.files.map(({ content = '' }) => content))
  expect([...bytes].reduce((sum, { length }) => sum + length, 0)).toBeLessThan(100_000_000)
})

test('a list that ends early makes the change incomplete', async () => {
  await emulator.fail({ kind: 'status', status: 200, body: [], path: `/pulls/${number}/files` })
  const { change } = await gather(number)
  expect(change).toMatchObject({ complete: false, files: [] })
})

test('when GitHub fails, so does the whole: nobody takes half of a change for all of it', async () => {
  await emulator.fail({ kind: 'status', status: 502, path: '/graphql' })
  await emulator.fail({ kind: 'status', status: 502, path: blobOf('change:modified.py') })
  expect(await gather(number).catch(errorKind)).toBe('retryable')
})
