import { once } from 'node:events'
import { Agent, request, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { deliveryHeaders, openTestServer, type ServerUnderTest } from '../../test/server-under-test.ts'
import { systemClock } from '../base/clock.ts'
import { RetryableError } from '../base/errors.ts'
import type { RunId } from '../review/run.ts'
import { createLogger } from '../telemetry/logger.ts'
import { openMetrics } from '../telemetry/metrics.ts'
import type { Accepted } from '../webhooks/delivery-store.ts'
import { openWatchServer } from './server.ts'

const get = async (server: ServerUnderTest, path: string, headers: Record<string, string> = {}) => {
  const response = await fetch(server.url + path, { headers })
  const text = await response.text()
  const json = response.headers.get('content-type')?.includes('json')
    ? (JSON.parse(text) as unknown)
    : undefined
  return { status: response.status, headers: response.headers, text, json }
}

/** `fetch` sets the Host header itself; this sends the one that the test is about. */
async function statusFor(
  server: ServerUnderTest,
  path: string,
  headers: Record<string, string>,
): Promise<number> {
  const asked = request({ host: '127.0.0.1', port: server.port, path, headers }).end()
  const [response] = (await once(asked, 'response')) as [IncomingMessage] // by its contract
  response.resume()
  return response.statusCode ?? 0
}

describe('health', () => {
  test('the process is alive, whatever its dependencies are', async () => {
    const server = await openTestServer({
      checks: [{ name: 'store', check: () => Promise.reject(new Error('connection refused')) }],
    })
    expect(await get(server, '/healthz')).toMatchObject({ status: 200, json: { alive: true } })
    await server.close()
  })

  test('it is ready when every dependency is', async () => {
    const server = await openTestServer({
      checks: [
        { name: 'store', check: () => Promise.resolve() },
        { name: 'queue', check: () => Promise.resolve() },
      ],
    })
    expect(await get(server, '/readyz')).toMatchObject({
      status: 200,
      json: { ready: true, checks: { store: { ok: true }, queue: { ok: true } } },
    })
    await server.close()
  })

  test('it is ready without what deliveries do not need, and says what is wrong with it', async () => {
    const away = (): Promise<never> => Promise.reject(new Error('connection refused'))
    const server = await openTestServer({ checks: [{ name: 'queue', check: away, optional: true }] })
    expect(await get(server, '/readyz')).toMatchObject({
      status: 200,
      json: { ready: true, checks: { queue: { ok: false, problem: 'connection refused' } } },
    })
    await server.close()
  })

  test('it says which dependency is at fault, and why, before two seconds are over', async () => {
    const server = await openTestServer({
      checks: [
        { name: 'store', check: () => Promise.reject(new Error('connection refused')) },
        { name: 'queue', check: () => new Promise(() => undefined) },
        { name: 'disk', check: () => Promise.resolve() },
      ],
      limits: { readinessMs: 30 },
    })
    expect(await get(server, '/readyz')).toMatchObject({
      status: 503,
      json: {
        ready: false,
        checks: {
          store: { ok: false, problem: 'connection refused' },
          queue: { ok: false, problem: 'queue did not answer within 30 ms' },
          disk: { ok: true },
        },
      },
    })
    await server.close()
  })

  test('a hundred who ask at once cost the dependencies one check', async () => {
    let checks = 0
    let answer: () => void = () => undefined
    const answered = new Promise<void>((resolve) => (answer = resolve))
    const server = await openTestServer({
      checks: [
        {
          name: 'store',
          check: () => {
            checks += 1
            return answered
          },
        },
      ],
    })
    const asked = Array.from({ length: 100 }, () => get(server, '/readyz'))
    await get(server, '/healthz')
    answer()
    expect(new Set((await Promise.all(asked)).map(({ status }) => status))).toEqual(new Set([200]))
    expect(checks).toBeLessThan(100)
    await server.close()
  })
})

describe('without a password', () => {
  let server: ServerUnderTest
  beforeAll(async () => {
    server = await openTestServer()
  })
  afterAll(() => server.close())

  test('metrics are for this machine', async () => {
    const { status, text, headers } = await get(server, '/metrics')
    expect(status).toBe(200)
    expect(headers.get('content-type')).toMatch(/^text\/plain/)
    expect(text).toContain('# TYPE lorgnette_deliveries_total counter')
    expect(text).toContain('process_resident_memory_bytes')
  })

  test.each([
    ['a name that a stranger lets point here', { host: 'evil.example' }],
    ['a proxy', { host: 'localhost', 'x-forwarded-for': '203.0.113.9' }],
  ])('not for %s', async (_, headers) => {
    expect(await statusFor(server, '/metrics', headers)).toBe(403)
  })

  test('health is for everyone', async () => {
    expect(await statusFor(server, '/healthz', { host: 'evil.example', via: 'proxy' })).toBe(200)
    expect(await statusFor(server, '/readyz', { host: 'evil.example', via: 'proxy' })).toBe(200)
  })

  test('what is not there is a 404 in JSON', async () => {
    expect(await get(server, '/wp-login.php')).toMatchObject({
      status: 404,
      json: { error: 'there is nothing here' },
    })
    expect((await get(server, '/webhooks/github')).status).toBe(404)
  })

  test.each(['/%ff', '/runs/%zz', '/api/runs/%'])(
    'an address that cannot be read is told so: %s',
    async (path) => {
      const { status, json } = await get(server, path)
      expect(status).toBe(400)
      expect(Object.keys(json as object)).toEqual(['error']) // parsed from an object
    },
  )

  test('what people look at has headers that keep scripts, frames and caches away', async () => {
    const { headers } = await get(server, '/metrics')
    expect(headers.get('content-security-policy')).toBe(
      "default-src 'none';style-src 'self';img-src 'self';base-uri 'none';form-action 'self';frame-ancestors 'none'",
    )
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('x-frame-options')).toBe('DENY')
    expect(headers.get('referrer-policy')).toBe('same-origin')
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('x-powered-by')).toBeNull()
  })

  test('what is not HTTP is told so in JSON', async () => {
    const socket = connect(server.port, '127.0.0.1')
    socket.end('SSH-2.0-OpenSSH_9.2\r\n\r\n')
    let answer = ''
    for await (const chunk of socket) answer += String(chunk)
    expect(answer).toMatch(/^HTTP\/1.1 400 Bad Request\r\n[^]*\{"error":"this is not HTTP"\}$/)
  })

  test('headers of 32 KB are refused', async () => {
    expect(await statusFor(server, '/healthz', { cookie: 'a'.repeat(32 * 1024) })).toBe(431)
  })
})

test('with a password it opens for everyone who has it, and after ten wrong ones it waits', async () => {
  const server = await openTestServer({ dashboardPassword: 'sesame' })
  const basic = (password: string) => ({
    host: 'review.example',
    authorization: `Basic ${Buffer.from(`me:${password}`).toString('base64')}`,
  })
  expect(await statusFor(server, '/metrics', basic('sesame'))).toBe(200)
  const asked = await get(server, '/metrics')
  expect(asked).toMatchObject({ status: 401, json: { error: 'a password is needed' } })
  expect(asked.headers.get('www-authenticate')).toMatch(/^Basic /)
  for (let tries = 0; tries < 10; tries++)
    expect(await statusFor(server, '/metrics', basic('guess'))).toBe(401)
  expect(await statusFor(server, '/metrics', basic('sesame'))).toBe(429)
  expect(await statusFor(server, '/healthz', {})).toBe(200)
  await server.close()
})

test('while the store is away pages and API say to come again, and the log needs no stack', async () => {
  const away = (): Promise<never> => Promise.reject(new RetryableError('connection refused'))
  const server = await openTestServer({ history: { list: away, find: away } })
  for (const path of ['/', '/runs/some', '/api/runs', '/api/runs/some']) {
    const { status, headers, json } = await get(server, path)
    expect(status).toBe(503)
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
    expect(json).toEqual({ error: 'what is needed for this does not answer: try again soon' })
  }
  expect(server.logged()).toContain('connection refused')
  expect(server.logged()).not.toMatch(/"level":"(?:error|fatal)"|"stack"/)
  await server.close()
})

test('a fault of our own is a 500, and the log says where', async () => {
  const broken = (): Promise<never> => Promise.reject(new TypeError('no such thing'))
  const server = await openTestServer({ history: { list: broken, find: broken } })
  expect(await get(server, '/')).toMatchObject({ status: 500 })
  expect(server.logged()).toMatch(/"level":"error".*"stack"/)
  await server.close()
})

test('a port that is taken is an error', async () => {
  const first = await openTestServer()
  await expect(openTestServer({ port: first.port })).rejects.toThrow('EADDRINUSE')
  await first.close()
})

describe('closing', () => {
  const body = JSON.stringify({ zen: 'Keep it logically awesome.' })

  /** A store whose only delivery waits until it is let go. */
  function slowStore() {
    let letGo: (accepted: Accepted) => void = () => undefined
    let came: () => void = () => undefined
    const accepted = new Promise<Accepted>((resolve) => (letGo = resolve))
    const arrived = new Promise<void>((resolve) => (came = resolve))
    const accept = (): Promise<Accepted> => {
      came()
      return accepted
    }
    return { store: { accept }, arrived, letGo: () => letGo({ kind: 'stored' }) }
  }

  test('ends what is under way on a kept-alive connection, and does not wait for its time-out', async () => {
    const { store, arrived, letGo } = slowStore()
    const server = await openTestServer({ store })
    const agent = new Agent({ keepAlive: true })
    const headers = { ...deliveryHeaders(body, { name: 'ping' }), 'content-length': body.length }
    const target = { port: server.port, method: 'POST', path: '/webhooks/github', agent, headers }
    const asked = request(target).end(body)
    const response = once(asked, 'response')
    await arrived
    const began = performance.now()
    const closed = server.close()
    letGo()
    const [answer] = (await response) as [IncomingMessage] // by its contract
    answer.resume()
    expect(answer.statusCode).toBe(202)
    await closed
    // Keep-alive lasts more than a minute.
    expect(performance.now() - began).toBeLessThan(2_000)
    agent.destroy()
  })

  test('cuts what does not end within the limit', async () => {
    const { store, arrived } = slowStore()
    const server = await openTestServer({ store, limits: { closeMs: 50 } })
    const post = fetch(`${server.url}/webhooks/github`, {
      method: 'POST',
      body,
      headers: deliveryHeaders(body, { name: 'ping' }),
    })
    await Promise.all([expect(post).rejects.toThrow('fetch failed'), arrived.then(() => server.close())])
  })

  test('does not wait for idle connections, and may be asked for twice', async () => {
    const server = await openTestServer()
    const idle = connect(server.port, '127.0.0.1')
    await once(idle, 'connect')
    const closedByServer = once(idle, 'close')
    idle.resume()
    const began = performance.now()
    await Promise.all([server.close(), server.close()])
    await closedByServer
    expect(performance.now() - began).toBeLessThan(2_000)
    await expect(fetch(`${server.url}/healthz`)).rejects.toThrow('fetch failed')
  })

  test('waits until accepted work is with the queue', async () => {
    const enqueued: string[] = []
    const run = '11111111-1111-4111-8111-111111111111' as RunId // any id will do
    let letGo: () => void = () => undefined
    const queueFree = new Promise<void>((resolve) => (letGo = resolve))
    const server = await openTestServer({
      store: { accept: () => Promise.resolve({ kind: 'stored', run }) },
      queue: {
        enqueue: async (jobs) => {
          await queueFree
          enqueued.push(...jobs.map(({ id }) => id))
          return jobs.length
        },
      },
    })
    const { status } = await fetch(`${server.url}/webhooks/github`, {
      method: 'POST',
      body,
      headers: deliveryHeaders(body, { name: 'ping' }),
    })
    // The answer does not wait for the queue.
    expect([status, enqueued]).toEqual([202, []])
    const closed = server.close()
    letGo()
    await closed
    expect(enqueued).toEqual([`review:${run}`])
  })
})

test('a process that takes no deliveries tells its health to everyone, and its metrics to whoever may see them', async () => {
  const server = await openWatchServer({
    host: '127.0.0.1',
    port: 0,
    checks: [{ name: 'store', check: () => Promise.reject(new Error('away')) }],
    clock: systemClock,
    metrics: openMetrics(),
    log: createLogger('silent'),
    dashboardPassword: 'a password of some length',
  })
  try {
    const status = async (path: string, init?: RequestInit): Promise<number> =>
      (await fetch(server.url + path, init)).status
    expect(await status('/healthz')).toBe(200)
    expect(await status('/readyz')).toBe(503)
    expect(await status('/metrics')).toBe(401)
    const authorization = `Basic ${Buffer.from('x:a password of some length').toString('base64')}`
    expect(await status('/metrics', { headers: { authorization } })).toBe(200)
    expect(await status('/webhooks/github', { method: 'POST', body: '{}' })).toBe(404)
  } finally {
    await server.close()
  }
})
