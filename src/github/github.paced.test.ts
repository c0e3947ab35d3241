import { rmSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { asApp } from '../../emulators/github/api-caller.ts'
import { openGitHubEmulator, type GitHubEmulator } from '../../emulators/github/github-emulator.ts'
import { commitFiles } from '../../test/commit-files.ts'
import { createManualClock, type ManualClock } from '../../test/manual-clock.ts'
import { openScratchRepository } from '../../test/scratch-repository.ts'
import { RateLimitedError } from '../base/errors.ts'
import { createProcessRateLimiter } from '../limits/rate-limiter.process.ts'
import { createLogger } from '../telemetry/logger.ts'
import { repositoryName, type GitHubRepository } from './github.ts'
import { openGitHub } from './github.octokit.ts'
import { pacedGitHub } from './github.paced.ts'
import type { WriteRates } from './write-rates.ts'

const signal = new AbortController().signal
const name = repositoryName.parse('acme/shop')
const folder = mkdtempSync(path.join(tmpdir(), 'lorgnette-paced-'))
const scratch = openScratchRepository()
let emulator: GitHubEmulator
let number: number

beforeAll(async () => {
  commitFiles(scratch, 'main', { 'a.txt': 'a\n' })
  commitFiles(scratch, 'change', { 'a.txt': 'b\n' })
  emulator = await openGitHubEmulator({ folder, contentLimits: 'off' })
  await emulator.addRepository(name, scratch.folder)
  number = await emulator.openPullRequest({ repository: name, head: 'change', title: 'Change', body: '' })
})
afterAll(async () => {
  await emulator.close()
  scratch.close()
  rmSync(folder, { recursive: true, force: true })
})

/** What github.com allows. */
const onGitHub: WriteRates = { perMinute: 80, perHour: 500 }

/** Two workers that share what they know of limits. */
function openTwo(clock: ManualClock, writes: WriteRates = onGitHub): [GitHubRepository, GitHubRepository] {
  const limiter = createProcessRateLimiter(clock)
  const open = (): GitHubRepository =>
    pacedGitHub(
      openGitHub({
        apiUrl: emulator.url,
        credentials: { kind: 'app', appId: emulator.app.id, privateKey: emulator.app.privateKey },
        clock,
        log: createLogger('silent'),
        timeoutMs: 10_000,
      }),
      { limiter, writes, clock },
    ).repository(name)
  return [open(), open()]
}

test('eighty writes in a minute, by all workers together; the next is told when to come', async () => {
  const clock = createManualClock(new Date())
  const [one, other] = openTwo(clock)
  for (let write = 0; write < 40; write++) {
    await one.readyToWrite(signal)
    await other.readyToWrite(signal)
  }
  const refused = await one.readyToWrite(signal).catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(RateLimitedError)
  const { retryAt } = refused as RateLimitedError // as the line above says
  expect(retryAt.getTime() - clock.now().getTime()).toBeGreaterThanOrEqual(60_000)
  clock.advance(retryAt.getTime() - clock.now().getTime())
  await expect(other.readyToWrite(signal)).resolves.toBeUndefined()
})

test('where nobody counts writes, none waits', async () => {
  const [one] = openTwo(createManualClock(new Date()), { perMinute: Infinity, perHour: Infinity })
  for (let write = 0; write < 600; write++) await one.readyToWrite(signal)
  await expect(one.readyToWrite(signal)).resolves.toBeUndefined()
})

test('an hour may have fewer writes than its minutes', async () => {
  const clock = createManualClock(new Date())
  const [one] = openTwo(clock, { perMinute: Infinity, perHour: 5 })
  for (let write = 0; write < 5; write++) await one.readyToWrite(signal)
  const refused = await one.readyToWrite(signal).catch((error: unknown) => error)
  expect((refused as RateLimitedError).retryAt.getTime() - clock.now().getTime()).toBeGreaterThanOrEqual(
    3_600_000,
  )
})

test('what one worker is told of a limit, all calls of the installation obey, and writes go slowly afterwards', async () => {
  const clock = createManualClock(new Date())
  const [one, other] = openTwo(clock)
  await emulator.fail({ kind: 'secondary-limit', method: 'POST', path: '/comments', retryAfterSeconds: 60 })
  await expect(one.createSummary(number, 'words', signal)).rejects.toBeInstanceOf(RateLimitedError)
  await expect(other.pullRequest(number, signal)).rejects.toBeInstanceOf(RateLimitedError)
  await expect(other.readyToWrite(signal)).rejects.toBeInstanceOf(RateLimitedError)
  clock.advance(60_000)
  expect(await other.pullRequest(number, signal)).toMatchObject({ number })
  await one.readyToWrite(signal)
  const second = other.readyToWrite(signal)
  await clock.sleepers(1)
  clock.advance(1_000)
  await expect(second).resolves.toBeUndefined()
})

test('a wait ends at an abort, and its place is free again', async () => {
  const clock = createManualClock(new Date())
  const [one, other] = openTwo(clock)
  await emulator.fail({ kind: 'secondary-limit', method: 'POST', path: '/comments', retryAfterSeconds: 1 })
  await expect(one.createSummary(number, 'words', signal)).rejects.toBeInstanceOf(RateLimitedError)
  const stopping = new AbortController()
  const waiting = one.readyToWrite(stopping.signal)
  await clock.sleepers(1)
  stopping.abort()
  await expect(waiting).rejects.toThrow(/abort/i)
  clock.advance(1_000)
  await expect(other.readyToWrite(signal)).resolves.toBeUndefined()
})

test('lists count with the reads of their installation: a limit that a worker was told of keeps them away', async () => {
  const clock = createManualClock(new Date())
  const github = pacedGitHub(
    openGitHub({
      apiUrl: emulator.url,
      credentials: { kind: 'app', appId: emulator.app.id, privateKey: emulator.app.privateKey },
      clock,
      log: createLogger('silent'),
      timeoutMs: 10_000,
    }),
    { limiter: createProcessRateLimiter(clock), writes: onGitHub, clock },
  )
  const { body } = await asApp(emulator)('GET', `/repos/${name}/installation`)
  const { id } = z.object({ id: z.number() }).parse(body)
  const repository = github.repository(name, id)
  expect(await github.installedRepositories?.(id, 1, signal)).toEqual({ items: [name], isLast: true })
  expect(await repository.openPullRequests(1, signal)).toMatchObject({ items: [{ number }], isLast: true })
  await emulator.fail({ kind: 'secondary-limit', path: '/pulls', retryAfterSeconds: 60 })
  await expect(repository.openPullRequests(1, signal)).rejects.toBeInstanceOf(RateLimitedError)
  const asked = (await emulator.requests()).length
  await expect(github.installedRepositories?.(id, 1, signal)).rejects.toBeInstanceOf(RateLimitedError)
  await expect(repository.openPullRequests(1, signal)).rejects.toBeInstanceOf(RateLimitedError)
  expect((await emulator.requests()).length).toBe(asked)
})
