import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { commitFiles } from '../../test/commit-files.ts'
import { openScratchRepository, type ScratchRepository } from '../../test/scratch-repository.ts'
import { asInstallation, asTokenOwner } from './api-caller.ts'
import { openGitHubEmulator, type GitHubEmulator } from './github-emulator.ts'

const repository = 'octo/shop'

let folder: string
let scratch: ScratchRepository
let emulator: GitHubEmulator

const lines = (...texts: readonly string[]): string => texts.map((text) => `${text}\n`).join('')

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'emulator-moves-'))
  scratch = openScratchRepository()
  commitFiles(scratch, 'main', { 'a.txt': lines('one', 'two', 'three') })
  commitFiles(scratch, 'topic', { 'a.txt': lines('one', 'TWO', 'three', 'four') })
  emulator = await openGitHubEmulator({ folder: path.join(folder, 'emulator') })
  await emulator.addRepository(repository, scratch.folder)
})

afterAll(async () => {
  await emulator.close()
  scratch.close()
  await rm(folder, { recursive: true })
})

test('comments follow their lines, and are outdated once these change', async () => {
  const number = await emulator.openPullRequest({ repository, head: 'topic' })
  const on = (line: number, side: 'LEFT' | 'RIGHT' = 'RIGHT'): Promise<void> =>
    emulator.comment(repository, number, { author: 'someone', body: 'here', path: 'a.txt', line, side })
  await on(2)
  await on(4)
  await on(2, 'LEFT')
  const places = async (): Promise<unknown[]> =>
    (await emulator.comments(repository, number)).map(({ line, originalLine }) => [line, originalLine])

  commitFiles(scratch, 'topic', { 'a.txt': lines('zero', 'one', 'TWO', 'three', 'FOUR') })
  const commit = scratch.git('rev-parse', 'topic').toString().trim()
  await emulator.push(repository, 'topic', commit)
  expect(await places()).toEqual([
    [3, 2],
    [undefined, 4],
    [2, 2],
  ])
  const answer = await asTokenOwner(emulator)('GET', `/repos/${repository}/pulls/${number}/comments`)
  expect(answer.body).toMatchObject([
    { line: 3, original_line: 2 },
    { line: null, position: null },
    { line: 2, side: 'LEFT' },
  ])
})

test('a push to the base is no push to the pull request, but counts for its next one', async () => {
  commitFiles(scratch, 'feature', { 'b.txt': lines('b') })
  const number = await emulator.openPullRequest({ repository, head: await branch('feature') })
  const head = await emulator.head(repository, number)
  const base = commitFiles(scratch, 'main', { 'c.txt': lines('c') })
  await emulator.push(repository, 'main', base)
  expect(await emulator.head(repository, number)).toBe(head)
  const answer = await asTokenOwner(emulator)('GET', `/repos/${repository}/pulls/${number}`)
  expect(answer.body).toMatchObject({ base: { sha: base }, changed_files: 1 })
})

test('the App reads a fork, and writes only where it is installed', async () => {
  commitFiles(scratch, 'from-fork', { 'd.txt': lines('d') })
  const head = await branch('from-fork')
  const number = await emulator.openPullRequest({
    repository,
    head,
    fork: 'stranger/shop',
    author: 'stranger',
  })
  const call = await asInstallation(emulator, repository)
  expect((await call('GET', '/repos/stranger/shop/contents/d.txt?ref=from-fork')).status).toBe(200)
  const write = await call('POST', '/repos/stranger/shop/check-runs', { name: 'x', head_sha: 'x' })
  expect(write).toMatchObject({ status: 403, body: { message: 'Resource not accessible by integration' } })
  await emulator.deleteFork(repository, number)
  expect((await call('GET', `/repos/${repository}/pulls/${number}`)).body).toMatchObject({
    head: { repo: null },
  })
})

test('a review of a commit that is no part of the pull request is refused', async () => {
  const foreign = scratch.git('rev-parse', 'from-fork').toString().trim()
  const review = { commit_id: foreign, event: 'COMMENT', body: 'x' }
  const answer = await asTokenOwner(emulator)('POST', `/repos/${repository}/pulls/1/reviews`, review)
  expect(answer.status).toBe(422)
})

/** Pushes a new branch of the source. */
async function branch(name: string): Promise<string> {
  await emulator.push(repository, name, scratch.git('rev-parse', name).toString().trim())
  return name
}
