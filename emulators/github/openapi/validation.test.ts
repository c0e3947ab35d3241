import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { once } from 'node:events'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { asApp, asInstallation, asTokenOwner, type ApiCaller } from '../api-caller.ts'
import { openGitHubEmulator, type GitHubEmulator } from '../github-emulator.ts'
import { operations, route } from '../route.ts'
import { openScratchRepository } from '../../../test/scratch-repository.ts'
import { commitFiles } from '../../../test/commit-files.ts'
import { openValidation } from './validation.ts'

let folder: string
let receiver: Server
let emulator: GitHubEmulator
let head: string
const repository = 'octo/shop'

const identified = z.object({ id: z.number() })

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'emulator-openapi-'))
  receiver = createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(202).end('{}'))
  }).listen(0, '127.0.0.1')
  await once(receiver, 'listening')
})

afterAll(async () => {
  receiver.close()
  await rm(folder, { recursive: true })
})

beforeEach(async () => {
  const scratch = openScratchRepository()
  commitFiles(scratch, 'main', {
    'a.txt': 'one\ntwo\nthree\n',
    'lib/b.txt': 'b\n',
    'old name.txt': 'x\ny\nz\n',
  })
  head = commitFiles(scratch, 'topic', {
    'a.txt': 'one\n2\nthree\nfour\n',
    'old name.txt': null,
    'new name.txt': 'x\ny\nz\n',
    'picture.bin': Buffer.from([0, 1, 2, 255]),
    link: { symlink: 'nowhere' },
  })
  commitFiles(scratch, 'next', { 'a.txt': 'one\n2\n3\nfour\n' }, 'topic')
  const { port } = receiver.address() as AddressInfo // a TCP server has no other kind of address
  emulator = await openGitHubEmulator({
    folder: path.join(folder, `emulator-${performance.now()}`),
    webhook: { url: `http://127.0.0.1:${port}/webhooks/github`, secret: 'a secret' },
    validate: true,
  })
  await emulator.addRepository(repository, scratch.folder)
  return async () => {
    await emulator.close()
    scratch.close()
  }
})

async function idOf(answer: Promise<{ body: unknown }>): Promise<number> {
  return identified.parse((await answer).body).id
}

async function driveAppOperations(app: ApiCaller): Promise<void> {
  await app('GET', '/app')
  await app('GET', '/app/installations?per_page=100')
  const id = await idOf(app('GET', `/repos/${repository}/installation`))
  await app('GET', `/app/installations/${id}`)
  await app('POST', `/app/installations/${id}/access_tokens`, {})
  await app('GET', '/app/hook/deliveries?per_page=1')
  const [delivery] = await emulator.deliveries()
  await app('GET', `/app/hook/deliveries/${delivery?.id}`)
  await app('POST', `/app/hook/deliveries/${delivery?.id}/attempts`)
}

async function driveReads(api: ApiCaller, number: number): Promise<void> {
  const repo = `/repos/${repository}`
  await api('GET', repo)
  await api('GET', `${repo}/branches/topic`)
  await api('GET', `${repo}/pulls?state=all&sort=updated&direction=desc`)
  await api('GET', `${repo}/pulls/${number}`)
  await api('GET', `${repo}/pulls/${number}`, undefined, { accept: 'application/vnd.github.diff' })
  await api('GET', `${repo}/pulls/${number}/files?per_page=2&page=1`)
  await api('GET', `${repo}/compare/main...topic?per_page=1`)
  for (const file of ['a.txt', 'lib', 'lib/b.txt', 'link', 'picture.bin'])
    await api('GET', `${repo}/contents/${encodeURIComponent(file)}?ref=topic`)
  await api('GET', `${repo}/contents/a.txt`, undefined, { accept: 'application/vnd.github.raw+json' })
  // The blob of `b\n`, as `git hash-object` names it.
  await api('GET', `${repo}/git/blobs/61780798228d17af2d34fce4cfbdf35556832472`)
  await api('GET', `${repo}/git/trees/topic?recursive=1`)
  await api('GET', `${repo}/git/commits/${head}`)
  const query = `{ repository(owner: "octo", name: "shop") { object(oid: "${head}") { oid } } }`
  await api('POST', '/graphql', { query })
  await api('GET', '/rate_limit')
}

async function driveWrites(api: ApiCaller, number: number): Promise<void> {
  const repo = `/repos/${repository}`
  const comments = [
    { path: 'a.txt', line: 2, side: 'RIGHT', body: 'one line' },
    { path: 'a.txt', start_line: 2, start_side: 'LEFT', line: 4, side: 'RIGHT', body: 'several' },
  ]
  const review = { commit_id: head, event: 'COMMENT', body: 'a review', comments }
  const reviewId = await idOf(api('POST', `${repo}/pulls/${number}/reviews`, review))
  await api('GET', `${repo}/pulls/${number}/reviews?per_page=100`)
  await api('GET', `${repo}/pulls/${number}/reviews/${reviewId}`)
  await api('GET', `${repo}/pulls/${number}/reviews/${reviewId}/comments`)
  const fileComment = { commit_id: head, path: 'picture.bin', subject_type: 'file', body: 'on the file' }
  const commentId = await idOf(api('POST', `${repo}/pulls/${number}/comments`, fileComment))
  await api('GET', `${repo}/pulls/comments/${commentId}`)
  await api('GET', `${repo}/pulls/${number}/comments?per_page=100`)
  const summaryId = await idOf(api('POST', `${repo}/issues/${number}/comments`, { body: 'a summary' }))
  await api('GET', `${repo}/issues/comments/${summaryId}`)
  await api('PATCH', `${repo}/issues/comments/${summaryId}`, { body: 'an edited summary' })
  await api('GET', `${repo}/issues/${number}/comments?per_page=100`)
}

async function driveCheckRuns(api: ApiCaller): Promise<void> {
  const repo = `/repos/${repository}`
  const output = { title: 'No findings', summary: 'Everything was read.' }
  const started = { name: 'Review', head_sha: head, external_id: 'run 1', status: 'in_progress', output }
  const id = await idOf(api('POST', `${repo}/check-runs`, started))
  await api('GET', `${repo}/check-runs/${id}`)
  const done = { status: 'completed', conclusion: 'success', output, details_url: 'http://127.0.0.1/runs/1' }
  await api('PATCH', `${repo}/check-runs/${id}`, done)
  await api('GET', `${repo}/commits/${head}/check-runs?check_name=Review&per_page=100&filter=all`)
}

test('every operation and every delivery is as GitHub describes it', async () => {
  const number = await emulator.openPullRequest({
    repository,
    head: 'topic',
    title: 'Count on',
    body: 'More numbers.',
    labels: ['good first review'],
  })
  const installation = await asInstallation(emulator, repository)
  await driveAppOperations(asApp(emulator))
  await driveReads(installation, number)
  await driveWrites(installation, number)
  await driveCheckRuns(installation)
  const owner = asTokenOwner(emulator)
  await owner('GET', '/user')
  await driveReads(owner, number)
  await driveWrites(owner, number)

  await emulator.push(repository, 'topic', 'next')
  await emulator.editTitle(repository, number, 'Count further')
  await emulator.editBase(repository, number, 'main')
  await emulator.convertToDraft(repository, number)
  await emulator.markReady(repository, number)
  await emulator.closePullRequest(repository, number)
  await emulator.reopen(repository, number)
  await emulator.comment(repository, number, {
    author: 'someone',
    body: 'by another',
    path: 'a.txt',
    line: 4,
  })
  await driveReads(installation, number)
  const fork = await emulator.openPullRequest({ repository, head: 'next', fork: 'stranger/shop' })
  await installation('GET', '/installation/repositories?per_page=1')
  await installation('GET', `/repos/${repository}/pulls/${fork}`)
  await emulator.deleteFork(repository, fork)
  await installation('GET', `/repos/${repository}/pulls/${fork}`)

  expect(await emulator.violations()).toEqual([])
  const requests = await emulator.requests()
  const driven = new Set(
    requests.map(({ method, path }) => route(method, path.replace(/\?.*/, ''))?.operation),
  )
  expect(operations.filter((operation) => !driven.has(operation))).toEqual([])
  const statuses = requests.map(({ method, path, status }) => `${status} ${method} ${path}`)
  expect(statuses.filter((line) => !/^20[0-2] /.test(line))).toEqual([])
}, 120_000)

test.each([
  ['a misspelt property', 'POST', 'issues/1/comments', { body: 'x', bodie: 'y' }, '/bodie is unknown'],
  ['a property of the wrong type', 'POST', 'issues/1/comments', { body: 7 }, 'must be string'],
  ['a missing property', 'POST', 'check-runs', { name: 'x' }, "'head_sha'"],
  [
    'an unknown property inside a list',
    'POST',
    'pulls/1/reviews',
    { event: 'COMMENT', comments: [{ path: 'a', body: 'b', subject_type: 'file' }] },
    '/comments/0/subject_type is unknown',
  ],
  ['an unknown field of GraphQL', 'POST', '../../../graphql', { query: '{ viewer { login } }' }, '"viewer"'],
  ['a value outside an enumeration', 'POST', 'pulls/1/reviews', { event: 'comment' }, 'allowed values'],
  ['a path of the wrong type', 'GET', 'pulls/one', undefined, 'must be integer'],
  ['an unknown query', 'GET', 'pulls/1/files?perpage=100', undefined, '?perpage is unknown'],
  ['an unknown operation', 'GET', 'puls/1', undefined, 'no operation'],
])('%s in a request is caught', async (_, method, target, body, complaint) => {
  await emulator.openPullRequest({ repository, head: 'topic' })
  const installation = await asInstallation(emulator, repository)
  await installation(method, `/repos/${repository}/${target}`, body)
  expect((await emulator.violations()).join('\n')).toContain(complaint)
})

const request = {
  method: 'GET',
  path: `/repos/${repository}/pulls/1/files`,
  query: new URLSearchParams(),
  authorization: undefined,
  accept: '*/*',
  body: Buffer.alloc(0),
}

const file = {
  sha: 'a'.repeat(40),
  filename: 'a.txt',
  status: 'modified',
  additions: 1,
  deletions: 0,
  changes: 1,
  blob_url: 'http://127.0.0.1/blob',
  raw_url: 'http://127.0.0.1/raw',
  contents_url: 'http://127.0.0.1/contents',
}

test.each([
  ['a missing property', 200, [{ ...file, filename: undefined }], "must have required property 'filename'"],
  [
    'a value outside an enumeration',
    200,
    [{ ...file, status: 'edited' }],
    '/0/status must be equal to one of',
  ],
  ['a value of the wrong type', 200, [{ ...file, additions: '1' }], '/0/additions must be integer'],
  ['a wrong status', 201, [file], 'status 201 is not described'],
])('%s in an answer is caught', async (_, status, body, complaint) => {
  const validation = await openValidation()
  validation.check(request, { status: 200, body: [file] })
  expect(validation.violations).toEqual([])
  validation.check(request, { status, body })
  expect(validation.violations.join('\n')).toContain(complaint)
})

test('a delivery of the wrong shape is caught', async () => {
  await emulator.openPullRequest({ repository, head: 'topic' })
  const [delivery] = await emulator.deliveries()
  const payload = structuredClone(delivery?.request.payload)
  Object.assign(payload ?? {}, { number: 'one' })
  await emulator.deliver('pull_request', payload ?? {})
  expect((await emulator.violations()).join('\n')).toContain('/requestBody/number must be integer')
})
