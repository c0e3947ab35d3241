import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { asInstallation, asTokenOwner, type ApiCaller } from './api-caller.ts'
import { openGitHubEmulator, type GitHubEmulator } from './github-emulator.ts'
import { openScratchRepository } from '../../test/scratch-repository.ts'
import { commitFiles } from '../../test/commit-files.ts'

let folder: string
let emulator: GitHubEmulator
let call: ApiCaller
let now: Date
let slept: number[]
const repository = 'octo/shop'
const comments = `/repos/${repository}/issues/1/comments`

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'emulator-faults-'))
  const scratch = openScratchRepository()
  commitFiles(scratch, 'main', { 'a.txt': 'a\n' })
  commitFiles(scratch, 'topic', { 'a.txt': 'b\n' })
  now = new Date('2026-05-05T12:00:00Z')
  slept = []
  const clock = {
    now: () => now,
    sleep: async (ms: number) => {
      slept.push(ms)
    },
  }
  emulator = await openGitHubEmulator({ folder: path.join(folder, 'emulator'), clock, requestsPerHour: 200 })
  await emulator.addRepository(repository, scratch.folder)
  await emulator.openPullRequest({ repository, head: 'topic' })
  call = asTokenOwner(emulator)
  return () => scratch.close()
})

afterEach(async () => {
  await emulator.close()
  await rm(folder, { recursive: true })
})

const statuses = async (times: number, method = 'GET', body?: object): Promise<number[]> => {
  const found: number[] = []
  for (let time = 0; time < times; time++) found.push((await call(method, comments, body)).status)
  return found
}

test('a fault meets the requests that it names, as often as it says', async () => {
  await emulator.fail({ kind: 'status', status: 502, method: 'GET', path: '/comments$', times: 2, skip: 1 })
  expect(await statuses(5)).toEqual([200, 502, 502, 200, 200])
  await emulator.fail({ kind: 'status', status: 503, method: 'PATCH' })
  expect(await statuses(1)).toEqual([200])
  await emulator.clearFaults()
})

test('a body of text is sent as a proxy would send it', async () => {
  await emulator.fail({ kind: 'status', status: 502, body: '<html>Bad Gateway</html>' })
  expect(await call('GET', comments)).toMatchObject({ status: 502, body: '<html>Bad Gateway</html>' })
})

test('a reset connection leaves no answer, and nothing is carried out', async () => {
  await emulator.fail({ kind: 'reset' })
  await expect(call('POST', comments, { body: 'lost' })).rejects.toThrow('fetch failed')
  expect(await emulator.issueComments(repository, 1)).toEqual([])
  expect((await emulator.requests()).at(-1)).toMatchObject({ method: 'POST', path: comments, fault: 'reset' })
})

test('a hanging request has no answer until the emulator closes', async () => {
  await emulator.fail({ kind: 'hang' })
  const answer = call('GET', comments)
  const settled = await Promise.race([
    answer.then(
      () => 'answered',
      () => 'broken',
    ),
    call('GET', comments).then(() => 'another request was answered meanwhile'),
  ])
  expect(settled).toBe('another request was answered meanwhile')
  await emulator.close()
  await expect(answer).rejects.toThrow('fetch failed')
})

test.each(['reset', 502] as const)('a write may land although its answer is lost (%s)', async (answer) => {
  await emulator.fail({ kind: 'after', answer, method: 'POST' })
  const outcome = await call('POST', comments, { body: 'landed' }).then(
    ({ status }) => status,
    () => 'reset',
  )
  expect(outcome).toBe(answer)
  expect(await emulator.issueComments(repository, 1)).toMatchObject([{ body: 'landed' }])
})

test('latency comes before the answer', async () => {
  await emulator.fail({ kind: 'latency', ms: 700 })
  expect(await statuses(2)).toEqual([200, 200])
  expect(slept).toEqual([700])
})

test('a secondary limit says how long to wait, or does not', async () => {
  await emulator.fail({ kind: 'secondary-limit', retryAfterSeconds: 7 })
  await emulator.fail({ kind: 'secondary-limit', status: 429 })
  const told = await call('POST', comments, { body: 'x' })
  expect(told.status).toBe(403)
  expect(told.headers.get('retry-after')).toBe('7')
  const untold = await call('POST', comments, { body: 'x' })
  expect(untold.status).toBe(429)
  expect(untold.headers.get('retry-after')).toBeNull()
  expect(await emulator.issueComments(repository, 1)).toEqual([])
})

test('the primary limit leaves nothing until its reset', async () => {
  await emulator.fail({ kind: 'primary-limit', resetInSeconds: 2400 })
  const refused = await call('GET', comments)
  expect(refused.status).toBe(403)
  expect(refused.headers.get('x-ratelimit-remaining')).toBe('0')
  expect(refused.headers.get('x-ratelimit-reset')).toBe(String(now.getTime() / 1000 + 2400))
  now = new Date(now.getTime() + 2399_000)
  expect(await statuses(1)).toEqual([403])
  now = new Date(now.getTime() + 1_000)
  expect(await statuses(1)).toEqual([200])
})

test('requests are counted by the hour, and asking for the limits is free', async () => {
  const remaining = async (target: string): Promise<string | null> =>
    (await call('GET', target)).headers.get('x-ratelimit-remaining')
  expect(await remaining(comments)).toBe('199')
  expect(await remaining(comments)).toBe('198')
  expect(await remaining('/rate_limit')).toBe('198')
  await statuses(198)
  expect(await call('GET', comments)).toMatchObject({
    status: 403,
    body: { message: 'API rate limit exceeded for user ID 1.' },
  })
})

test('content is written at most 80 times in any minute', async () => {
  expect(await statuses(80, 'POST', { body: 'x' })).toEqual(Array.from({ length: 80 }, () => 201))
  now = new Date(now.getTime() + 59_999)
  const refused = await call('POST', comments, { body: 'x' })
  expect(refused.status).toBe(403)
  expect(refused.headers.get('retry-after')).toBe('60')
  // Reading goes on.
  expect(await statuses(1)).toEqual([200])
  now = new Date(now.getTime() + 2)
  expect(await statuses(1, 'POST', { body: 'x' })).toEqual([201])
})

test('bad credentials come as a token that expired in the middle of the work', async () => {
  now = new Date()
  call = await asInstallation(emulator, repository)
  await emulator.fail({ kind: 'bad-credentials', path: '/comments' })
  expect(await statuses(2)).toEqual([401, 200])
})
