import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { asApp } from './api-caller.ts'
import { openGitHubEmulator, type GitHubEmulator } from './github-emulator.ts'
import { openScratchRepository } from '../../test/scratch-repository.ts'
import { commitFiles } from '../../test/commit-files.ts'

const repository = 'octo/shop'
const secret = 'a secret of the webhook'

let folder: string
let receiver: Server
let received: { headers: IncomingHttpHeaders; body: Buffer }[]
let status: number
let emulator: GitHubEmulator

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'emulator-deliveries-'))
  received = []
  status = 202
  receiver = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      received.push({ headers: request.headers, body: Buffer.concat(chunks) })
      response.writeHead(status).end('{"taken":true}')
    })
  }).listen(0, '127.0.0.1')
  await once(receiver, 'listening')
  const scratch = openScratchRepository()
  commitFiles(scratch, 'main', { 'a.txt': 'a\n' })
  commitFiles(scratch, 'topic', { 'a.txt': 'b\n' })
  commitFiles(scratch, 'next', { 'a.txt': 'c\n' }, 'topic')
  const { port } = receiver.address() as AddressInfo // a TCP server has no other kind of address
  const webhook = { url: `http://127.0.0.1:${port}/webhooks/github`, secret }
  emulator = await openGitHubEmulator({ folder: path.join(folder, 'emulator'), webhook })
  await emulator.addRepository(repository, scratch.folder)
  return () => scratch.close()
})

afterEach(async () => {
  await emulator.close()
  receiver.close()
  await rm(folder, { recursive: true })
})

test('a delivery is signed over its exact bytes', async () => {
  await emulator.openPullRequest({ repository, head: 'topic', title: 'Größe' })
  const [delivery] = received
  const body = delivery?.body ?? Buffer.alloc(0)
  const sign = (algorithm: string): string => createHmac(algorithm, secret).update(body).digest('hex')
  expect(delivery?.headers).toMatchObject({
    'content-type': 'application/json',
    'x-github-event': 'pull_request',
    'x-hub-signature-256': `sha256=${sign('sha256')}`,
    'x-hub-signature': `sha1=${sign('sha1')}`,
    'user-agent': expect.stringMatching(/^GitHub-Hookshot\//) as string, // a matcher
  })
  expect(JSON.parse(body.toString('utf8'))).toMatchObject({
    action: 'opened',
    number: 1,
    pull_request: { title: 'Größe', head: { ref: 'topic' } },
  })
})

test('every move that GitHub tells about is delivered, and tells what it is', async () => {
  const number = await emulator.openPullRequest({ repository, head: 'topic', draft: true })
  const before = await emulator.head(repository, number)
  await emulator.push(repository, 'topic', 'next')
  const after = await emulator.head(repository, number)
  await emulator.markReady(repository, number)
  await emulator.editTitle(repository, number, 'A better title')
  await emulator.closePullRequest(repository, number, { merged: true })
  await emulator.reopen(repository, number)
  const payloads = received.map(({ body }) => JSON.parse(body.toString('utf8')) as unknown)
  expect(payloads).toMatchObject([
    { action: 'opened', pull_request: { draft: true, head: { sha: before } } },
    { action: 'synchronize', before, after, pull_request: { head: { sha: after } } },
    { action: 'ready_for_review', pull_request: { draft: false } },
    { action: 'edited', changes: { title: { from: 'topic' } } },
    { action: 'closed', pull_request: { state: 'closed', merged: true } },
    { action: 'reopened', pull_request: { state: 'open' } },
  ])
})

test('what was not accepted stands in the log, and a redelivery has the same id', async () => {
  status = 503
  await emulator.openPullRequest({ repository, head: 'topic' })
  const [failed] = await emulator.deliveries()
  expect(failed).toMatchObject({ status: 'Invalid HTTP Response: 503', statusCode: 503, redelivery: false })
  status = 202
  const app = asApp(emulator)
  const asked = await app('POST', `/app/hook/deliveries/${failed?.id}/attempts`)
  expect(asked.status).toBe(202)
  await expect.poll(async () => (await emulator.deliveries()).length).toBe(2)
  const log = (await app('GET', '/app/hook/deliveries')).body
  expect(log).toMatchObject([
    { status: 'OK', status_code: 202, redelivery: true, guid: failed?.guid },
    { status_code: 503, redelivery: false, guid: failed?.guid },
  ])
  expect(received.map(({ headers }) => headers['x-github-delivery'])).toEqual([failed?.guid, failed?.guid])
  expect(received[1]?.body.equals(received[0]?.body ?? Buffer.alloc(0))).toBe(true)
})

test('a receiver that is down is an outcome, not an error', async () => {
  receiver.close()
  await once(receiver, 'close')
  await emulator.openPullRequest({ repository, head: 'topic' })
  expect(await emulator.deliveries()).toMatchObject([{ status: 'failed to connect to host', statusCode: 0 }])
})

test('the log is read page by page, newest first', async () => {
  for (let time = 0; time < 5; time++) await emulator.deliver('ping', { zen: String(time) })
  const app = asApp(emulator)
  const ids: number[] = []
  for (let next: string | undefined = '/app/hook/deliveries?per_page=2'; next !== undefined;) {
    const answer = await app('GET', next)
    ids.push(...(answer.body as { id: number }[]).map(({ id }) => id)) // checked with the description elsewhere
    next = /<([^>]+)>; rel="next"/.exec(answer.headers.get('link') ?? '')?.[1]
  }
  const all = (await emulator.deliveries()).map(({ id }) => id)
  expect(ids).toEqual(all.toReversed())
})

test('without a webhook nothing is sent', async () => {
  await emulator.setWebhook(undefined)
  await emulator.openPullRequest({ repository, head: 'topic' })
  expect(await emulator.deliveries()).toEqual([])
})
