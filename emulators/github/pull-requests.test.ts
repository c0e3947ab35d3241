import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { commitFiles } from '../../test/commit-files.ts'
import { openScratchRepository } from '../../test/scratch-repository.ts'
import { asTokenOwner, type ApiCaller } from './api-caller.ts'
import { openGitHubEmulator, type GitHubEmulator } from './github-emulator.ts'

const repository = 'octo/shop'
const fileList = z.array(
  z.object({ filename: z.string(), sha: z.string(), changes: z.number(), patch: z.string().optional() }),
)
type Files = z.infer<typeof fileList>

let folder: string
let emulator: GitHubEmulator
let call: ApiCaller

const line = (length: number): string => `${'x'.repeat(length - 1)}\n`

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'emulator-pulls-'))
  const scratch = openScratchRepository()
  commitFiles(scratch, 'main', { 'a.txt': 'a\n' })
  const many = Array.from({ length: 3_005 }, (_, at) => [
    `files/${String(at).padStart(4, '0')}.txt`,
    `${at}\n`,
  ])
  commitFiles(scratch, 'many', Object.fromEntries(many) as Record<string, string>) // pairs of names and contents
  commitFiles(scratch, 'large', {
    'a long line.txt': line(499_000),
    'a longer line.txt': line(501_000),
    'at the limit.txt': 'x\n'.repeat(1_000),
    'binary.bin': new Uint8Array([0, 1, 2]),
    'many lines.txt': 'x\n'.repeat(20_001),
  })
  // Each fits alone, but not all of them together.
  commitFiles(scratch, 'large-together', {
    '1.txt': line(400_000),
    '2.txt': line(400_000),
    '3.txt': line(400_000),
    '4.txt': line(1_000),
  })
  emulator = await openGitHubEmulator({ folder: path.join(folder, 'emulator') })
  await emulator.addRepository(repository, scratch.folder)
  call = asTokenOwner(emulator)
  return () => scratch.close()
})

afterAll(async () => {
  await emulator.close()
  await rm(folder, { recursive: true })
})

/** All pages, as the links lead from one to the next. */
async function listFiles(number: number, query: string): Promise<{ files: Files; pages: number }> {
  const files: Files = []
  let pages = 0
  for (
    let next: string | undefined = `/repos/${repository}/pulls/${number}/files${query}`;
    next !== undefined;
  ) {
    const answer = await call('GET', next)
    files.push(...fileList.parse(answer.body))
    pages += 1
    next = /<([^>]+)>; rel="next"/.exec(answer.headers.get('link') ?? '')?.[1]
  }
  return { files, pages }
}

test('files come in pages that lead to each other, and end at 3,000', async () => {
  const number = await emulator.openPullRequest({ repository, head: 'many' })
  expect(await call('GET', `/repos/${repository}/pulls/${number}`)).toMatchObject({
    body: { changed_files: 3_005, additions: 3_005, deletions: 0, commits: 1 },
  })
  const { files, pages } = await listFiles(number, '?per_page=100')
  expect(pages).toBe(30)
  expect(new Set(files.map(({ filename }) => filename)).size).toBe(3_000)
  const first = await call('GET', `/repos/${repository}/pulls/${number}/files`)
  expect(fileList.parse(first.body)).toHaveLength(30)
  expect(first.headers.get('link')).toMatch(/rel="next".*rel="last"/)
  expect(
    fileList.parse((await call('GET', `/repos/${repository}/pulls/${number}/files?page=101`)).body),
  ).toEqual([])
})

test('the patches of binary and of large files are withheld', async () => {
  const number = await emulator.openPullRequest({ repository, head: 'large' })
  const { files } = await listFiles(number, '')
  const shown = files.map(
    ({ filename, patch }) => `${filename}: ${patch === undefined ? 'withheld' : 'shown'}`,
  )
  expect(shown).toEqual([
    'a long line.txt: shown',
    'a longer line.txt: withheld',
    'at the limit.txt: shown',
    'binary.bin: withheld',
    'many lines.txt: withheld',
  ])
})

test('patches are withheld where all of them together are too large', async () => {
  const number = await emulator.openPullRequest({ repository, head: 'large-together' })
  const { files } = await listFiles(number, '')
  expect(files.map(({ patch }) => patch !== undefined)).toEqual([true, true, false, true])
})

test('a whole diff above the limits is not acceptable', async () => {
  const diff = async (number: number): Promise<unknown> => {
    const accept = { accept: 'application/vnd.github.diff' }
    return call('GET', `/repos/${repository}/pulls/${number}`, undefined, accept)
  }
  expect(await diff(1)).toMatchObject({ status: 406 })
  expect(await diff(2)).toMatchObject({ status: 406 })
})

test('what is not there is not found', async () => {
  for (const target of [
    '/repos/octo/unknown',
    `/repos/${repository}/pulls/99`,
    `/repos/${repository}/pulls/99/files`,
    `/repos/${repository}/issues/99/comments`,
    `/repos/${repository}/pulls/comments/1`,
    `/repos/${repository}/check-runs/1`,
    '/nothing',
  ])
    expect(await call('GET', target)).toMatchObject({ status: 404, body: { message: 'Not Found' } })
})

test('a body of more than 65,536 characters is refused', async () => {
  const comment = (length: number): Promise<{ status: number }> =>
    call('POST', `/repos/${repository}/issues/1/comments`, { body: 'ä'.repeat(length) })
  expect((await comment(65_536)).status).toBe(201)
  expect(await comment(65_537)).toMatchObject({
    status: 422,
    body: { message: 'Validation Failed', errors: [{ field: 'body' }] },
  })
})

test('a request that is no JSON, or of another form, is refused in words', async () => {
  const target = `/repos/${repository}/issues/1/comments`
  expect(await call('POST', target, '{')).toMatchObject({
    status: 400,
    body: { message: 'Problems parsing JSON' },
  })
  expect(await call('POST', target, { body: 1 })).toMatchObject({ status: 422 })
  expect(await call('POST', target, {})).toMatchObject({ status: 422 })
})
