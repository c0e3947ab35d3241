import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openGitHubEmulator, type GitHubEmulator } from '../../emulators/github/github-emulator.ts'
import { createManualClock, type ManualClock } from '../../test/manual-clock.ts'
import { systemClock } from '../base/clock.ts'
import { errorKind, errorMessage, RateLimitedError } from '../base/errors.ts'
import { createLogger } from '../telemetry/logger.ts'
import { repositoryName, type GitHub, type GitHubRepository } from './github.ts'
import { openGitHub } from './github.octokit.ts'

const signal = new AbortController().signal
const name = repositoryName.parse('acme/shop')
const log = createLogger('silent')
const minuteMs = 60_000

let folder: string
let emulator: GitHubEmulator
let number: number
/** The clocks of GitHub and of this machine. */
let theirs: ManualClock
let ours: ManualClock

beforeEach(async () => {
  theirs = createManualClock(new Date())
  ours = createManualClock(new Date())
  folder = mkdtempSync(path.join(tmpdir(), 'lorgnette-app-'))
  const source = path.join(folder, 'source')
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', source, '-c', 'user.name=A', '-c', 'user.email=a@example.test', ...args])
  execFileSync('git', ['init', '--quiet', '--initial-branch=main', source])
  git('commit', '--quiet', '--allow-empty', '-m', 'main')
  git('switch', '--quiet', '-c', 'change')
  git('commit', '--quiet', '--allow-empty', '-m', 'change')
  git('switch', '--quiet', 'main')
  emulator = await openGitHubEmulator({
    folder: path.join(folder, 'emulator'),
    validate: true,
    clock: theirs,
  })
  await emulator.addRepository(name, source)
  number = await emulator.openPullRequest({ repository: name, head: 'change' })
})

afterEach(async () => {
  const violations = await emulator.violations()
  await emulator.close()
  rmSync(folder, { recursive: true, force: true })
  if (violations.length > 0) throw new Error(`against GitHub's description: ${violations.join('\n')}`)
})

function open(timeoutMs = 10_000): GitHub {
  const { id: appId, privateKey } = emulator.app
  return openGitHub({
    apiUrl: emulator.url,
    credentials: { kind: 'app', appId, privateKey },
    clock: ours,
    log,
    timeoutMs,
  })
}

async function calls(part: string): Promise<(number | undefined)[]> {
  const requests = await emulator.requests()
  return requests.filter(({ path }) => path.includes(part)).map(({ status }) => status)
}

async function failure(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    (value) => expect.fail(`no failure but ${JSON.stringify(value)}`),
    (error: unknown) => error,
  )
}

function read(repository: GitHubRepository): Promise<unknown> {
  return repository.pullRequest(number, signal)
}

describe('the token of an installation', () => {
  test('is made once for calls that come together, and the installation looked up once', async () => {
    const github = open()
    await Promise.all(Array.from({ length: 10 }, () => read(github.repository(name))))
    expect(await calls('access_tokens')).toEqual([201])
    expect(await calls('acme/shop/installation')).toEqual([200])
  })

  test('needs no look-up where the delivery named the installation', async () => {
    const github = open()
    await read(github.repository(name))
    const id = Number(
      (await emulator.requests()).map(({ path }) => /installations\/(\d+)/.exec(path)?.[1]).find(Boolean),
    )
    await read(open().repository(name, id))
    expect(await calls('acme/shop/installation')).toHaveLength(1)
    expect(await calls('access_tokens')).toHaveLength(2)
  })

  test('is renewed before it ends, so that no call fails for it', async () => {
    const repository = open().repository(name)
    const after = async (minutes: number): Promise<number> => {
      theirs.advance(minutes * minuteMs)
      ours.advance(minutes * minuteMs)
      await read(repository)
      return (await calls('access_tokens')).length
    }
    expect(await after(0)).toBe(1)
    expect(await after(54)).toBe(1)
    expect(await after(2)).toBe(2)
    expect(await after(53)).toBe(2)
    expect(await after(7)).toBe(3)
    expect((await emulator.requests()).filter(({ status }) => status === 401)).toEqual([])
  })

  test('is made anew once when GitHub refuses it, also for writes, and together', async () => {
    const repository = open().repository(name)
    await read(repository)
    await emulator.revokeTokens()
    await Promise.all(Array.from({ length: 5 }, () => read(repository)))
    expect(await calls('access_tokens')).toEqual([201, 201])
    await emulator.revokeTokens()
    await repository.createSummary(number, 'Once', signal)
    expect(await calls('access_tokens')).toEqual([201, 201, 201])
    expect(await emulator.issueComments(name, number)).toHaveLength(1)
  })

  test('that is refused although it is new may be taken later', async () => {
    const repository = open().repository(name)
    await emulator.fail({ kind: 'bad-credentials', path: '/pulls/', times: 2 })
    expect(errorKind(await failure(read(repository)))).toBe('retryable')
    expect(await calls('/pulls/')).toEqual([401, 401])
    expect(await read(repository)).toBeDefined()
  })

  test('is refused for good where the App is not installed, or suspended', async () => {
    const absent = await failure(read(open().repository(repositoryName.parse('acme/absent'))))
    expect(errorKind(absent)).toBe('permanent')
    expect(errorMessage(absent)).toMatch(/installation of our App on acme\/absent.*installed/)

    const body = { message: 'This installation has been suspended' }
    await emulator.fail({ kind: 'status', status: 403, body, path: '/access_tokens' })
    const suspended = await failure(read(open().repository(name)))
    expect(errorKind(suspended)).toBe('permanent')
    expect(errorMessage(suspended)).toContain('This installation has been suspended')
  })

  test('that cannot be had now is asked for again by the next call', async () => {
    const repository = open(500).repository(name)
    for (const kind of ['reset', 'hang'] as const) {
      await emulator.fail({ kind, path: '/access_tokens' })
      expect(errorKind(await failure(read(repository)))).toBe('retryable')
    }
    expect(await read(repository)).toBeDefined()
  })
})

describe('the clock of this machine', () => {
  test.each([-10, -2, 2, 10])('may be %d minutes off', async (minutes) => {
    ours.jump(minutes * minuteMs)
    const repository = open().repository(name)
    expect(await read(repository)).toBeDefined()
    expect(await calls('access_tokens')).toEqual([201])
  })
})

test('a limit that GitHub names is waited for', async () => {
  const repository = open().repository(name)
  await emulator.fail({ kind: 'primary-limit', resetInSeconds: 2_400, path: '/pulls/' })
  const primary = await failure(read(repository))
  expect(primary).toBeInstanceOf(RateLimitedError)
  const waitMs = primary instanceof RateLimitedError ? primary.retryAt.getTime() - ours.now().getTime() : 0
  expect(Math.abs(waitMs - 2_400_000)).toBeLessThan(5_000)
})

test('a secondary limit is waited for, and costs no second call', async () => {
  const repository = open().repository(name)
  for (const limit of [{ status: 403, retryAfterSeconds: 30 }, { status: 429 }] as const) {
    await emulator.fail({ kind: 'secondary-limit', method: 'POST', path: '/comments', ...limit })
    expect(errorKind(await failure(repository.createSummary(number, 'text', signal)))).toBe('rate-limited')
  }
  expect(await calls('/comments')).toEqual([403, 429])
})

describe('who we are', () => {
  test('is told for an App and for a token', async () => {
    const access = await open().access(signal)
    expect(access.kind === 'app' && access.events).toContain('pull_request')
    expect(access).toMatchObject({
      kind: 'app',
      slug: 'lorgnette-test',
      permissions: { pull_requests: 'write', checks: 'write', contents: 'read' },
      installations: 1,
    })
    const github = openGitHub({
      apiUrl: emulator.url,
      credentials: { kind: 'token', token: emulator.token },
      clock: systemClock,
      log,
      timeoutMs: 10_000,
    })
    expect(await github.access(signal)).toEqual({ kind: 'token', login: 'token-owner', scopes: ['repo'] })
  })

  test('is asked once an hour', async () => {
    const repository = open().repository(name)
    const marker = '<!-- marker -->'
    await repository.findReview(number, marker, signal)
    await repository.findSummary(number, marker, signal)
    expect((await calls('/app')).length - (await calls('/app/')).length).toBe(1)
    theirs.advance(61 * minuteMs)
    ours.advance(61 * minuteMs)
    await repository.findReview(number, marker, signal)
    expect((await calls('/app')).length - (await calls('/app/')).length).toBe(2)
  })

  test('with the key of another App is refused for good', async () => {
    const { privateKey } = emulator.app
    const clock = systemClock
    const github = openGitHub({
      apiUrl: emulator.url,
      credentials: { kind: 'app', appId: 1, privateKey },
      clock,
      log,
      timeoutMs: 10_000,
    })
    const error = await failure(github.access(signal))
    expect(errorKind(error)).toBe('permanent')
    expect(errorMessage(error)).toMatch(/App 1.*GITHUB_PRIVATE_KEY/)
    expect(await calls('/app')).toEqual([401])
  })
})
