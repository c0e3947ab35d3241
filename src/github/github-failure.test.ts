import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { systemClock } from '../base/clock.ts'
import { errorKind, errorMessage, RateLimitedError } from '../base/errors.ts'
import { createLogger } from '../telemetry/logger.ts'
import { commitId, repositoryName, type GitHubRepository } from './github.ts'
import { openGitHub } from './github.octokit.ts'

/** What stands between us and GitHub, or GitHub itself, answers anything at all: here by a script. */
type Script = (request: IncomingMessage, response: ServerResponse) => void

const now = new Date('2026-03-01T12:00:00Z')
const clock = { ...systemClock, now: () => now }
const log = createLogger('silent')
const token = 'ghp_abcdefghijklmnopqrstuvwxyz0123456789'
const signal = new AbortController().signal
const commit = commitId.parse('a'.repeat(40))

const server = createServer((request, response) => {
  requests.push(request)
  script(request, response)
})
let script: Script
let requests: IncomingMessage[] = []
let url: string

beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}` // a TCP server has no other kind of address
})
beforeEach(() => {
  requests = []
})
afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
})

function repository(timeoutMs = 5_000): GitHubRepository {
  const github = openGitHub({ apiUrl: url, credentials: { kind: 'token', token }, clock, log, timeoutMs })
  return github.repository(repositoryName.parse('acme/shop'))
}

async function failure(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    (value) => expect.fail(`no failure but ${JSON.stringify(value)}`),
    (error: unknown) => error,
  )
}

function says(status: number, body: unknown, headers: Record<string, string> = {}): Script {
  return (_request, response) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers }).end(text)
  }
}

describe('a refusal of GitHub', () => {
  const permanent: [number, string, RegExp][] = [
    [401, 'Bad credentials', /GITHUB_TOKEN/],
    [403, 'Resource not accessible by personal access token', /permission/],
    [404, 'Not Found', /exists/],
    [410, 'This issue was deleted', /deleted/],
    [422, 'Validation Failed', /Validation Failed/],
    [451, 'Repository access blocked', /blocked/],
  ]
  test.each(permanent)(
    'of status %d is permanent, and says how to mend it',
    async (status, message, hint) => {
      script = says(status, { message, documentation_url: 'https://docs.github.com/rest' })
      const error = await failure(repository().createSummary(7, 'text', signal))
      expect(errorKind(error)).toBe('permanent')
      expect(errorMessage(error)).toMatch(/could not post the summary on pull request acme\/shop#7/)
      expect(errorMessage(error)).toContain(`${status} ${message}`)
      expect(errorMessage(error)).toMatch(hint)
      expect(requests).toHaveLength(1)
    },
  )

  test('names the permission that is missing', async () => {
    const message = 'Resource not accessible by integration'
    script = says(403, { message }, { 'x-accepted-github-permissions': 'issues=write; pull_requests=write' })
    const error = await failure(repository().createSummary(7, 'text', signal))
    expect(errorMessage(error)).toContain('issues=write; pull_requests=write')
  })

  test('never brings a credential or a line break into a message', async () => {
    script = says(403, {
      message: `no\r\n  entry for ${token}, eyJh.eyJp.sig or Bearer abc.def.ghi, ${'x'.repeat(9_000)}`,
    })
    const message = errorMessage(await failure(repository().createSummary(7, 'text', signal)))
    expect(message).toContain('no entry for [credential], [credential] or [credential]')
    expect(message).not.toContain(token)
    expect(message).not.toMatch(/abc|eyJ/)
    expect(message.length).toBeLessThan(1_000)
  })
})

test('a token that belongs to no user cannot tell its own comments, and is refused', async () => {
  script = says(403, { message: 'Resource not accessible by integration' })
  const error = await failure(repository().findReview(7, '<!-- marker -->', signal))
  expect(errorKind(error)).toBe('permanent')
  expect(errorMessage(error)).toMatch(/belongs to no user.*GitHub Actions.*GitHub App/)
  expect(requests.map(({ url }) => url)).toEqual(['/user'])
})

describe('a limit of our rate', () => {
  const inSeconds = (seconds: number): Date => new Date(now.getTime() + seconds * 1000)
  const atSecond = (seconds: number): string => String(now.getTime() / 1000 + seconds)
  const limited = { message: 'API rate limit exceeded for user ID 1.' }
  const secondary = { message: 'You have exceeded a secondary rate limit. Please wait a few minutes.' }
  const spent = { 'x-ratelimit-remaining': '0' }

  const cases: [string, Script, number][] = [
    ['403 with retry-after', says(403, secondary, { 'retry-after': '17' }), 17],
    ['429 with retry-after', says(429, secondary, { 'retry-after': '17' }), 17],
    ['retry-after as a date', says(429, secondary, { 'retry-after': inSeconds(90).toUTCString() }), 90],
    ['a retry-after that says nothing', says(429, secondary, { 'retry-after': 'soon' }), 60],
    ['a day of retry-after: asked again in an hour', says(429, secondary, { 'retry-after': '86400' }), 3600],
    [
      'nothing left until the reset',
      says(403, limited, { ...spent, 'x-ratelimit-reset': atSecond(2400) }),
      2400,
    ],
    [
      'nothing left, reset in the past',
      says(403, limited, { ...spent, 'x-ratelimit-reset': atSecond(-600) }),
      60,
    ],
    ['nothing left, no reset', says(429, limited, spent), 60],
    ['a secondary limit without headers', says(403, secondary), 60],
    ['429 of a proxy in HTML', says(429, '<html>slow down</html>', { 'content-type': 'text/html' }), 60],
    [
      '422 with the code of abuse',
      says(422, { message: 'Validation Failed', errors: [{ code: 'abuse' }] }),
      60,
    ],
    ['422 for speed', says(422, { message: 'Validation Failed', errors: ['was submitted too quickly'] }), 60],
  ]
  test.each(cases)('%s is waited for', async (_name, answer, seconds) => {
    script = answer
    const error = await failure(repository().postReview(7, { commit, body: 'text', comments: [] }, signal))
    expect(error).toBeInstanceOf(RateLimitedError)
    expect(error).toHaveProperty('retryAt', inSeconds(seconds))
    expect(requests).toHaveLength(1)
  })

  test('is not seen in a missing thing that took the last request', async () => {
    script = says(404, { message: 'Not Found' }, { ...spent, 'x-ratelimit-reset': atSecond(10) })
    expect(await repository().pullRequest(7, signal)).toBeUndefined()
  })
})

describe('what may pass by itself', () => {
  const html = { 'content-type': 'text/html' }
  const cases: [string, Script][] = [
    ['500', says(500, { message: 'Server Error' })],
    ['502 of a proxy', says(502, '<html>Bad Gateway</html>', html)],
    ['503', says(503, '')],
    ['504', says(504, 'upstream timed out', { 'content-type': 'text/plain' })],
    ['200 with HTML', says(200, '<html>Please sign in</html>', html)],
    ['200 with JSON that ends in the middle', says(200, '{"number":7,"title":"Ha')],
    ['200 with JSON of another kind', says(200, [1, 2, 3])],
    ['200 with nothing', says(200, '')],
    ['404 that GitHub did not say', says(404, '<html>404 page not found</html>', html)],
    ['403 that GitHub did not say', says(403, '<html>Blocked by policy</html>', html)],
    ['a reset connection', (request) => request.socket.resetAndDestroy()],
    ['a connection closed without an answer', (request) => request.socket.destroy()],
    [
      'a body that is cut off',
      (request, response) => {
        response.writeHead(200, { 'content-length': '1000', 'content-type': 'application/json' })
        response.write('{"number":', () => request.socket.destroy())
      },
    ],
    ['a redirect that leads nowhere', says(302, '', { location: 'http://[' })],
    ['a circle of redirects', says(302, '', { location: '/repos/acme/shop/pulls/7' })],
  ]
  test.each(cases)('%s is retryable', async (_name, answer) => {
    script = answer
    const error = await failure(repository().pullRequest(7, signal))
    expect(errorKind(error)).toBe('retryable')
    expect(errorMessage(error)).toMatch(/could not read pull request acme\/shop#7/)
  })

  test('a write is sent once, whatever comes of it', async () => {
    for (const [, answer] of cases.slice(0, 13)) {
      script = answer
      requests = []
      await failure(repository().createSummary(7, 'text', signal))
      expect(requests).toHaveLength(1)
    }
  })

  test('no answer within the time is retryable, also in the middle of a body', async () => {
    const hanging: Script[] = [
      () => undefined,
      (_request, response) => response.writeHead(200, { 'content-type': 'application/json' }).write('{'),
    ]
    for (const hang of hanging) {
      script = hang
      const error = await failure(repository(100).pullRequest(7, signal))
      expect(errorKind(error)).toBe('retryable')
      expect(errorMessage(error)).toContain('no answer within 100 ms')
    }
  })

  test('a server that is not there is retryable', async () => {
    const github = openGitHub({
      apiUrl: 'http://127.0.0.1:1/api/v3',
      credentials: { kind: 'token', token },
      clock,
      log,
      timeoutMs: 5_000,
    })
    const error = await failure(github.access(signal))
    expect(errorKind(error)).toBe('retryable')
    expect(errorMessage(error)).toMatch(/could not ask GitHub whose token this is.*(ECONNREFUSED|bad port)/)
  })

  test('bytes of a blob that are not those of its id are not taken', async () => {
    script = says(200, 'hello\n', { 'content-type': 'application/vnd.github.raw; charset=utf-8' })
    // git hash-object: "hello\n" is ce013625030ba8dba906f756967f9e9ca394464a.
    const bytes = await repository().blob('ce013625030ba8dba906f756967f9e9ca394464a', signal)
    expect(Buffer.from(bytes ?? []).toString()).toBe('hello\n')
    const error = await failure(repository().blob('f'.repeat(40), signal))
    expect(errorKind(error)).toBe('retryable')
  })
})

describe('many contents', () => {
  // git hash-object: "hello\n" is ce013625030ba8dba906f756967f9e9ca394464a.
  const hello = { blob: 'ce013625030ba8dba906f756967f9e9ca394464a' }
  const read = (timeoutMs?: number) => repository(timeoutMs).contents([hello, hello], 100, signal)
  /** Answers the question for all of them like this, and for each by itself with its bytes. */
  const answersMany = (many: Script): Script => {
    return (request, response) =>
      request.url === '/graphql' ? many(request, response) : says(200, 'hello\n')(request, response)
  }
  const place = { oid: hello.blob, text: 'hello\n', isTruncated: false }
  const told = (place0: unknown, place1: unknown, errors?: readonly unknown[]) =>
    says(200, { data: { repository: { place0, place1 } }, ...(errors && { errors }) })

  test('in one answer need no other', async () => {
    script = answersMany(told(place, place))
    expect((await read()).map((bytes) => bytes?.length)).toEqual([6, 6])
    expect(requests.map(({ url }) => url)).toEqual(['/graphql'])
  })

  test('above what is wanted are not kept, and not asked for where GitHub tells how large they are', async () => {
    script = answersMany(told({ ...place, byteSize: 6 }, { ...place, text: null }))
    const contents = await repository().contents([hello, hello], 5, signal)
    expect(contents).toEqual(['too large', 'too large'])
    expect(requests.map(({ url }) => url)).toEqual(['/graphql', expect.stringContaining('/git/blobs/')])
  })

  test.each<[string, unknown, (readonly object[])?]>([
    ['was cut', { ...place, text: 'hel', isTruncated: true }],
    ['is not what its id stands for', { ...place, text: 'hello!\n' }],
    ['counts as binary', { ...place, text: null }],
    ['is not told', null],
    ['GitHub had no time for', null, [{ type: 'RESOURCE_LIMITS_EXCEEDED', message: 'Too much' }]],
  ])('one that %s is read by itself', async (_what, other, errors) => {
    script = answersMany(told(other, place, errors))
    expect((await read()).map((bytes) => bytes?.length)).toEqual([6, 6])
    expect(requests.map(({ url }) => url)).toEqual(['/graphql', expect.stringContaining('/git/blobs/')])
  })

  test.each<[string, Script]>([
    ['5xx', says(502, '<html>')],
    ['a refusal', says(403, { message: 'Resource not accessible' })],
    ['no such API', says(404, { message: 'Not Found' })],
    ['an unknown field', says(200, { errors: [{ message: "Field 'file' doesn't exist on type 'Commit'" }] })],
    ['something else', says(200, '<html>')],
    [
      'no repository',
      says(200, { data: { repository: null }, errors: [{ type: 'NOT_FOUND', message: '' }] }),
    ],
    ['no answer', () => undefined],
  ])('are read one by one where the question for all of them meets %s', async (_what, many) => {
    script = answersMany(many)
    expect((await read(200)).map((bytes) => bytes?.length)).toEqual([6, 6])
    expect(requests).toHaveLength(3)
  })

  test.each<[string, Script, number]>([
    [
      'the primary limit',
      says(
        200,
        { errors: [{ type: 'RATE_LIMITED', message: 'API rate limit exceeded' }] },
        {
          'x-ratelimit-remaining': '0',
          'x-ratelimit-reset': String(now.getTime() / 1_000 + 600),
        },
      ),
      600,
    ],
    [
      'the secondary limit',
      says(
        200,
        { errors: [{ message: 'You have exceeded a secondary rate limit.' }] },
        {
          'retry-after': '30',
        },
      ),
      30,
    ],
    ['the secondary limit with 403', says(403, { message: 'You have exceeded a secondary rate limit.' }), 60],
  ])('wait where GitHub tells of %s: asking one by one would make it worse', async (_what, many, seconds) => {
    script = answersMany(many)
    const error = await failure(read())
    expect(error).toBeInstanceOf(RateLimitedError)
    expect(error).toHaveProperty('retryAt', new Date(now.getTime() + seconds * 1_000))
    expect(requests).toHaveLength(1)
  })

  test('of an Enterprise Server are asked for beside its REST API', async () => {
    script = told(place, place)
    const github = openGitHub({
      apiUrl: `${url}/api/v3`,
      credentials: { kind: 'token', token },
      clock,
      log,
      timeoutMs: 5_000,
    })
    await github.repository(repositoryName.parse('acme/shop')).contents([hello, hello], 100, signal)
    expect(requests.map(({ url }) => url)).toEqual(['/api/graphql'])
  })

  test('are a read: nothing that goes before a write goes before them', async () => {
    script = told(place, place)
    const github = openGitHub({
      apiUrl: url,
      credentials: { kind: 'token', token },
      clock,
      log,
      timeoutMs: 5_000,
    })
    const beforeWrite = (): void => expect.fail('this is no write')
    const writing = github.repository(repositoryName.parse('acme/shop'), undefined, { beforeWrite })
    expect(await writing.contents([hello, hello], 100, signal)).toHaveLength(2)
  })
})

describe('an abort', () => {
  test('before the call sends nothing', async () => {
    script = says(200, {})
    const error = await failure(repository().pullRequest(7, AbortSignal.abort()))
    expect(errorKind(error)).toBe('aborted')
    expect(requests).toHaveLength(0)
  })

  test('during the call, or during its body, ends it as an abort', async () => {
    for (const begin of [false, true]) {
      const stop = new AbortController()
      script = (_request, response) => {
        if (begin) response.writeHead(200, { 'content-type': 'application/json' }).write('{')
        setTimeout(() => stop.abort(), 20)
      }
      const error = await failure(repository().pullRequest(7, stop.signal))
      expect(errorKind(error)).toBe('aborted')
    }
  })
})

describe('a redirect', () => {
  test('to another host is not followed, so our token stays here', async () => {
    const visits: IncomingMessage[] = []
    const other = createServer((request, response) => {
      visits.push(request)
      response.end('{}')
    }).listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo // a TCP server has no other kind of address
    for (const status of [301, 302, 307, 308]) {
      script = says(status, '', { location: `http://127.0.0.1:${port}/repos/acme/shop/pulls/7` })
      const error = await failure(repository().pullRequest(7, signal))
      expect(errorKind(error)).toBe('retryable')
      expect(errorMessage(error)).toContain('GITHUB_API_URL')
    }
    expect(visits).toHaveLength(0)
    other.close()
  })

  test('of a renamed repository is followed: a read always, a write only when it stays the same write', async () => {
    const moved = (status: number): Script => {
      return (request, response) => {
        const location = request.url?.replace('/repos/acme/shop/', '/repositories/1/')
        if (request.url?.startsWith('/repos/'))
          says(status, { message: 'Moved' }, { location: location ?? '' })(request, response)
        else if (request.url?.includes('/git/blobs/')) says(200, 'hello\n')(request, response)
        else says(201, { id: 5, html_url: 'https://github.test/5' })(request, response)
      }
    }
    script = moved(301)
    expect(await repository().blob('ce013625030ba8dba906f756967f9e9ca394464a', signal)).toHaveLength(6)
    expect(requests.map(({ url }) => url)).toEqual([
      '/repos/acme/shop/git/blobs/ce013625030ba8dba906f756967f9e9ca394464a',
      '/repositories/1/git/blobs/ce013625030ba8dba906f756967f9e9ca394464a',
    ])

    requests = []
    script = moved(307)
    expect(await repository().createSummary(7, 'text', signal)).toEqual({
      id: 5,
      url: 'https://github.test/5',
    })
    expect(requests.map(({ method }) => method)).toEqual(['POST', 'POST'])

    requests = []
    script = moved(301)
    await failure(repository().createSummary(7, 'text', signal))
    expect(requests).toHaveLength(1)
  })
})

describe('credentials and addresses that cannot work', () => {
  const options = { apiUrl: 'https://ghe.example/api/v3', clock, log, timeoutMs: 5_000 }
  test('are refused at the start, without showing them', () => {
    const secret = 'hunter2'
    const open = [
      () => openGitHub({ ...options, credentials: { kind: 'token', token: `${secret}\n` } }),
      () => openGitHub({ ...options, credentials: { kind: 'token', token: '' } }),
      () => openGitHub({ ...options, credentials: { kind: 'app', appId: 1, privateKey: secret } }),
      () =>
        openGitHub({
          ...options,
          apiUrl: `https://${secret}@ghe.example/`,
          credentials: { kind: 'token', token },
        }),
      () => openGitHub({ ...options, apiUrl: secret, credentials: { kind: 'token', token } }),
    ]
    for (const attempt of open) {
      expect(attempt).toThrow(/^GITHUB_\w+ is not /)
      expect(attempt).not.toThrow(secret)
    }
  })
})

test('Enterprise Server is called under its own path', async () => {
  script = says(404, { message: 'Not Found' })
  const github = openGitHub({
    apiUrl: `${url}/api/v3/`,
    credentials: { kind: 'token', token },
    clock,
    log,
    timeoutMs: 5_000,
  })
  await github.repository(repositoryName.parse('acme/shop')).pullRequest(7, signal)
  expect(requests.map(({ url }) => url)).toEqual(['/api/v3/repos/acme/shop/pulls/7'])
  expect(requests[0]?.headers).toMatchObject({
    authorization: `Bearer ${token}`,
    'x-github-api-version': '2022-11-28',
  })
})

test('the end of every call is told, and what was expected is no failure', async () => {
  const outcomes: string[] = []
  const github = openGitHub({
    apiUrl: url,
    credentials: { kind: 'token', token },
    clock,
    log,
    timeoutMs: 5_000,
    onCall: (outcome) => outcomes.push(outcome),
  })
  const shop = github.repository(repositoryName.parse('acme/shop'))
  script = says(404, { message: 'Not Found' })
  await shop.pullRequest(7, signal)
  await failure(shop.createSummary(7, 'text', signal))
  script = says(429, { message: 'slow down' }, { 'retry-after': '17' })
  await failure(shop.createSummary(7, 'text', signal))
  script = says(502, '<html>')
  await failure(shop.createSummary(7, 'text', signal))
  await failure(shop.createSummary(7, 'text', AbortSignal.abort()))
  expect(outcomes).toEqual(['ok', 'permanent', 'rate-limited', 'retryable', 'aborted'])
})
