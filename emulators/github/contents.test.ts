import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { commitFiles } from '../../test/commit-files.ts'
import { openScratchRepository } from '../../test/scratch-repository.ts'
import { asTokenOwner, type ApiCaller } from './api-caller.ts'
import { openGitHubEmulator, type GitHubEmulator } from './github-emulator.ts'

let folder: string
let emulator: GitHubEmulator
let call: ApiCaller
let commit: string

const contents = '/repos/octo/shop/contents'
const raw = { accept: 'application/vnd.github.raw+json' }

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'emulator-contents-'))
  const scratch = openScratchRepository()
  commit = commitFiles(scratch, 'main', {
    'a.txt': 'a\n',
    'lib/ö [1].txt': 'deep\n',
    'lib/link': { symlink: '../a.txt' },
    outside: { symlink: '/etc/passwd' },
    'large.txt': 'x'.repeat(1_000_001),
    'binary.bin': new Uint8Array([0, 255, 13, 10]),
  })
  const submodule = `160000,${commit},module`
  scratch.git('checkout', '--quiet', '-b', 'with-submodule')
  scratch.git('update-index', '--add', '--cacheinfo', submodule)
  scratch.git('commit', '--quiet', '-m', 'add a submodule')
  emulator = await openGitHubEmulator({ folder: path.join(folder, 'emulator') })
  await emulator.addRepository('octo/shop', scratch.folder)
  call = asTokenOwner(emulator)
  return () => scratch.close()
})

afterAll(async () => {
  await emulator.close()
  await rm(folder, { recursive: true })
})

test('a file comes as base64, or raw to the byte', async () => {
  expect(await call('GET', `${contents}/binary.bin?ref=main`)).toMatchObject({
    status: 200,
    body: { type: 'file', size: 4, encoding: 'base64', content: 'AP8NCg==\n' },
  })
  const answer = await fetch(`${emulator.url}${contents}/binary.bin`, {
    headers: { ...raw, authorization: `token ${emulator.token}` },
  })
  expect([...new Uint8Array(await answer.arrayBuffer())]).toEqual([0, 255, 13, 10])
})

test('names are encoded as clients do it, slashes or not', async () => {
  const whole = encodeURIComponent('lib/ö [1].txt')
  const parts = `lib/${encodeURIComponent('ö [1].txt')}`
  for (const name of [whole, parts])
    expect(await call('GET', `${contents}/${name}`, undefined, raw)).toMatchObject({
      status: 200,
      body: 'deep\n',
    })
})

test('a large file has content in raw form only', async () => {
  expect(await call('GET', `${contents}/large.txt`)).toMatchObject({
    body: { size: 1_000_001, content: '', encoding: 'none' },
  })
  expect((await call('GET', `${contents}/large.txt`, undefined, raw)).body).toHaveLength(1_000_001)
})

test('folders, symlinks and submodules are told apart', async () => {
  expect((await call('GET', `${contents}/lib`)).body).toMatchObject([
    { type: 'symlink', path: 'lib/link' },
    { type: 'file', path: 'lib/ö [1].txt' },
  ])
  // A symlink inside the repository is followed, one that leads out of it is not.
  expect(await call('GET', `${contents}/lib/link`, undefined, raw)).toMatchObject({ body: 'a\n' })
  expect((await call('GET', `${contents}/outside`)).body).toMatchObject({
    type: 'symlink',
    target: '/etc/passwd',
  })
  expect((await call('GET', `${contents}/module?ref=with-submodule`)).body).toMatchObject({
    type: 'submodule',
    sha: commit,
  })
  expect(await call('GET', contents)).toMatchObject({ status: 200 })
})

test.each(['nothing.txt', 'a.txt/b', '..%2F..%2Fetc%2Fpasswd', '*', 'lib%2F*'])(
  '%s is not found',
  async (name) => {
    expect((await call('GET', `${contents}/${name}`)).status).toBe(404)
  },
)

test.each(['--help', 'main:a.txt', 'main^', '@', 'HEAD@{1}', '-n1', ''])('%s is no ref', async (ref) => {
  const answer = await call('GET', `${contents}/a.txt?ref=${encodeURIComponent(ref)}`)
  expect(answer.status).toBe(404)
})

test('a blob is found by its id alone', async () => {
  const blob = '/repos/octo/shop/git/blobs'
  // `printf 'a\n' | git hash-object --stdin`
  expect(await call('GET', `${blob}/78981922613b2afb6025042ff6bd878ac1994e85`, undefined, raw)).toMatchObject(
    {
      body: 'a\n',
    },
  )
  for (const id of ['main', commit, 'f'.repeat(40)])
    expect((await call('GET', `${blob}/${id}`)).status).toBe(404)
})

test('branches that share no history have no merge base', async () => {
  const scratch = openScratchRepository()
  commitFiles(scratch, 'main', { 'a.txt': 'a\n' })
  scratch.git('checkout', '--quiet', '--orphan', 'other')
  scratch.git('commit', '--quiet', '-m', 'another beginning')
  await emulator.addRepository('octo/two-roots', scratch.folder)
  expect(await call('GET', '/repos/octo/two-roots/compare/main...other')).toMatchObject({
    status: 404,
    body: { message: 'No common ancestor between main and other.' },
  })
  await expect(emulator.openPullRequest({ repository: 'octo/two-roots', head: 'other' })).rejects.toThrow(
    'no history in common',
  )
  scratch.close()
})
