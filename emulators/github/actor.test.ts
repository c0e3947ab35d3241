import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { appToken, asInstallation, asTokenOwner, callWith } from './api-caller.ts'
import { openGitHubEmulator, type GitHubEmulator } from './github-emulator.ts'
import { openScratchRepository } from '../../test/scratch-repository.ts'
import { commitFiles } from '../../test/commit-files.ts'

let folder: string
let emulator: GitHubEmulator
let now = new Date('2026-05-05T12:00:00Z')
const seconds = (): number => now.getTime() / 1000
const repository = '/repos/octo/shop'

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'emulator-actor-'))
  const scratch = openScratchRepository()
  commitFiles(scratch, 'main', { 'a.txt': 'a\n' })
  const clock = { now: () => now, sleep: () => Promise.resolve() }
  emulator = await openGitHubEmulator({ folder: path.join(folder, 'emulator'), clock })
  await emulator.addRepository('octo/shop', scratch.folder)
  return () => scratch.close()
})

afterAll(async () => {
  await emulator.close()
  await rm(folder, { recursive: true })
})

test.each<[string, Readonly<Record<string, () => unknown>>, number]>([
  ['as GitHub wants it', {}, 200],
  ['at the far end of ten minutes', { exp: () => seconds() + 600 }, 200],
  ['for another App', { iss: () => '1' }, 401],
  ['issued in the future', { iat: () => seconds() + 30 }, 401],
  ['that expired', { exp: () => seconds() }, 401],
  ['that lives for more than ten minutes', { exp: () => seconds() + 601 }, 401],
  ['without the time of its issue', { iat: () => undefined }, 401],
])('a JSON web token %s', async (_, claims, status) => {
  const values = Object.entries(claims).map(([name, value]) => [name, value()])
  const token = appToken(emulator, now, Object.fromEntries(values) as object) // `any` by its declaration
  const answer = await callWith(emulator, `Bearer ${token}`)('GET', '/app')
  expect(answer.status).toBe(status)
})

test('a JSON web token of another key is refused', async () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const stranger = {
    ...emulator.app,
    privateKey: privateKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
  }
  const token = appToken({ ...emulator, app: stranger }, now)
  expect(await callWith(emulator, `Bearer ${token}`)('GET', '/app')).toMatchObject({ status: 401 })
})

test('an unsigned JSON web token is refused', async () => {
  const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url')
  const claims = { iat: seconds() - 60, exp: seconds() + 60, iss: emulator.app.id }
  const token = `${encode({ alg: 'none' })}.${encode(claims)}.`
  expect(await callWith(emulator, `Bearer ${token}`)('GET', '/app')).toMatchObject({ status: 401 })
})

test('an installation token works for an hour, and no longer', async () => {
  const token = appToken(emulator, now)
  const app = callWith(emulator, `Bearer ${token}`)
  const installation = (await app('GET', `${repository}/installation`)).body as { id: number } // checked elsewhere
  const minted = await app('POST', `/app/installations/${installation.id}/access_tokens`)
  expect(minted).toMatchObject({ status: 201, body: { expires_at: '2026-05-05T13:00:00Z' } })
  const call = callWith(emulator, `token ${(minted.body as { token: string }).token}`) // checked elsewhere
  now = new Date('2026-05-05T12:59:59Z')
  expect((await call('GET', repository)).status).toBe(200)
  now = new Date('2026-05-05T13:00:00Z')
  expect(await call('GET', repository)).toMatchObject({ status: 401, body: { message: 'Bad credentials' } })
})

test('a personal access token tells its scopes, and an unknown one is refused', async () => {
  const answer = await asTokenOwner(emulator)('GET', '/user')
  expect(answer.status).toBe(200)
  expect(answer.headers.get('x-oauth-scopes')).toBe('repo')
  expect((await callWith(emulator, 'token ghp_unknown')('GET', '/user')).status).toBe(401)
  expect((await callWith(emulator, undefined)('GET', '/user')).status).toBe(401)
  expect((await callWith(emulator, 'Basic dXNlcjpwYXNz')('GET', '/user')).status).toBe(401)
})

test('only Apps write check runs, and nobody uses the endpoints of the App with another token', async () => {
  const commit = await emulator.openPullRequest({ repository: 'octo/shop', head: 'main' })
  const head_sha = await emulator.head('octo/shop', commit)
  const answer = await asTokenOwner(emulator)('POST', `${repository}/check-runs`, { name: 'x', head_sha })
  expect(answer).toMatchObject({ status: 403, body: { message: 'You must authenticate via a GitHub App.' } })
  expect((await asTokenOwner(emulator)('GET', '/app')).status).toBe(401)
  expect((await asTokenOwner(emulator)('GET', '/app/hook/deliveries')).status).toBe(401)
})

test('revoked tokens are refused, and a new one works', async () => {
  now = new Date()
  const before = await asInstallation(emulator, 'octo/shop')
  expect((await before('GET', repository)).status).toBe(200)
  await emulator.revokeTokens()
  expect((await before('GET', repository)).status).toBe(401)
  const after = await asInstallation(emulator, 'octo/shop')
  expect((await after('GET', repository)).status).toBe(200)
})
