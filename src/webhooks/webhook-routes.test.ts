import { randomUUID } from 'node:crypto'
import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import {
  deliveryHeaders,
  openTestServer,
  webhookSecret,
  type ServerUnderTest,
} from '../../test/server-under-test.ts'
import { webhookExamples } from '../../test/webhook-examples.ts'

// What is refused before it reaches the store. A delivery that passes every check is answered 503 here: the store is away.

let server: ServerUnderTest
/** Has little patience with slow clients. */
let impatient: ServerUnderTest
beforeAll(async () => {
  server = await openTestServer()
  impatient = await openTestServer({ limits: { headersMs: 1_000, requestMs: 2_000 } })
})
afterAll(() => Promise.all([server.close(), impatient.close()]))

const opened = JSON.stringify(webhookExamples.find(({ name }) => name === 'pull_request')?.payload)

async function send(
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = deliveryHeaders(body),
  to = server,
): Promise<{ status: number; answer: unknown; headers: Headers }> {
  const response = await fetch(`${to.url}/webhooks/github`, { method: 'POST', body, headers })
  return { status: response.status, answer: await response.json(), headers: response.headers }
}

/** The message of an answer that says what is wrong, and nothing else. */
function errorOf(answer: unknown): string {
  return z.strictObject({ error: z.string() }).parse(answer).error
}

async function counted(line: string): Promise<number> {
  const found = (await server.metrics.text()).split('\n').find((text) => text.startsWith(line))
  return Number(found?.split(' ').at(-1) ?? 0)
}

/** Sends bytes as they are and returns all that comes back until the server closes. */
async function sendRaw(
  parts: readonly (string | Buffer)[],
  { to = server, pauseMs = 0 } = {},
): Promise<string> {
  const socket = connect(to.port, '127.0.0.1')
  socket.on('error', () => undefined)
  let answer = ''
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString()))
  const closed = new Promise((resolve) => socket.once('close', resolve))
  for (const part of parts) {
    if (socket.destroyed) break
    if (!socket.write(part))
      await Promise.race([new Promise((resolve) => socket.once('drain', resolve)), closed])
    if (pauseMs > 0) await delay(pauseMs)
  }
  await closed
  return answer
}

const head = (headers: Record<string, string>): string =>
  `POST /webhooks/github HTTP/1.1\r\nhost: localhost\r\n${Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')}\r\n`

test('a delivery that cannot be stored is answered 503, with the time to come again', async () => {
  const { status, answer, headers } = await send(opened)
  expect(status).toBe(503)
  expect(answer).toEqual({ error: 'the delivery could not be stored: send it again later' })
  expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
})

test('how long a sender waits for the answer is measured', async () => {
  const slow = await openTestServer({
    store: { accept: () => delay(30, { kind: 'stored' as const }) },
  })
  const response = await fetch(`${slow.url}/webhooks/github`, {
    method: 'POST',
    body: opened,
    headers: deliveryHeaders(opened),
  })
  expect(response.status).toBe(202)
  const [, sum] =
    /^lorgnette_delivery_acknowledgement_seconds_sum (.+)$/m.exec(await slow.metrics.text()) ?? []
  // Timers may fire a millisecond early.
  expect(Number(sum)).toBeGreaterThan(0.028)
  await slow.close()
})

test('a store that never answers is taken for an away one', async () => {
  const hanging = await openTestServer({
    store: { accept: () => new Promise(() => undefined) },
    limits: { storeMs: 50 },
  })
  const response = await fetch(`${hanging.url}/webhooks/github`, {
    method: 'POST',
    body: opened,
    headers: deliveryHeaders(opened),
  })
  expect(response.status).toBe(503)
  expect(hanging.logged()).toContain('did not answer within 50 ms')
  await hanging.close()
})

test.each([
  ['none', {}],
  ['SHA-1 only', { 'x-hub-signature': 'sha1=01dc10d0c83e72ed246219cdd91669667fe2ca59' }],
  ['a wrong one', { 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` }],
  ['one of a wrong length', { 'x-hub-signature-256': `sha256=${'0'.repeat(63)}` }],
])('with a signature that is %s: 401, whatever the body is', async (_, signature) => {
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    'x-github-delivery': randomUUID(),
    'x-github-event': 'pull_request',
    ...signature,
  }
  for (const body of [opened, 'no json: TOP-SECRET', '']) {
    const { status, answer } = await send(body, headers)
    expect(status).toBe(401)
    expect(errorOf(answer)).toContain('X-Hub-Signature-256')
  }
  expect(server.logged()).not.toContain('TOP-SECRET')
})

test('two signature headers are none, and upper-case digits are no signature', async () => {
  const { 'x-hub-signature-256': signature = '', ...rest } = deliveryHeaders(opened)
  const length = { ...rest, 'content-length': String(Buffer.byteLength(opened)), connection: 'close' }
  const twice = head(length).replace(
    '\r\n\r\n',
    `\r\nx-hub-signature-256: ${signature}`.repeat(2) + '\r\n\r\n',
  )
  expect(await sendRaw([twice, opened])).toMatch(/^HTTP\/1.1 401 /)
  const upper = {
    ...rest,
    'x-hub-signature-256': signature.replace(/[a-f]/g, (digit) => digit.toUpperCase()),
  }
  expect((await send(opened, upper)).status).toBe(401)
})

test('the signature is over the bytes: the same JSON written anew is refused', async () => {
  const pretty = JSON.stringify(JSON.parse(opened), null, 2)
  expect((await send(pretty, deliveryHeaders(opened))).status).toBe(401)
  expect((await send(pretty, deliveryHeaders(pretty))).status).toBe(503)
})

test('a thousand wrong signatures leave a few log lines, and good deliveries go on', async () => {
  const before = await counted('lorgnette_deliveries_total{outcome="refused",reason="signature"}')
  const headers = deliveryHeaders('another body')
  for (let round = 0; round < 20; round++) {
    const statuses = await Promise.all(
      Array.from({ length: 50 }, async () => (await send('{}', headers)).status),
    )
    expect(new Set(statuses)).toEqual(new Set([401]))
  }
  expect((await send(opened)).status).toBe(503)
  expect(await counted('lorgnette_deliveries_total{outcome="refused",reason="signature"}')).toBe(
    before + 1_000,
  )
  const lines = server
    .logged()
    .split('\n')
    .filter((line) => line.includes('X-Hub-Signature-256'))
  expect(lines.length).toBeLessThanOrEqual(3)
})

test.each([
  ['no JSON', 'payload'],
  ['half of JSON', '{"action":"opened"'],
  ['nothing', ''],
  ['invalid UTF-8', Buffer.from([0x22, 0xff, 0xfe, 0x22])],
  ['a byte order mark', '\uFEFF{}'],
  ['a bare NUL', '{"action":"\0"}'],
])('a signed body that is %s: 400', async (_, body) => {
  const { status, answer } = await send(body, deliveryHeaders(body))
  expect(status).toBe(400)
  expect(answer).toEqual({ error: 'the body is not JSON in UTF-8' })
})

test.each([
  ['no object', '[1,2]'],
  ['no pull request', '{"action":"opened"}'],
  [
    'nested ten thousand deep',
    `{"action":"opened","pull_request":${'['.repeat(10_000)}${']'.repeat(10_000)}}`,
  ],
  [
    'of __proto__ keys',
    '{"__proto__":{"action":"opened"},"action":"opened","pull_request":{"__proto__":[]}}',
  ],
])('a signed body that is %s: 422', async (_, body) => {
  const { status, answer } = await send(body)
  expect(status).toBe(422)
  expect(errorOf(answer)).toMatch(/^[a-z_ ]+: /)
})

test('duplicate keys, deep nesting and numbers beyond 2^53 where nobody looks change nothing', async () => {
  const odd = `{"a":${'['.repeat(10_000)}${']'.repeat(10_000)},"b":1e999,"c":123456789012345678901234567890,`
  expect((await send(opened.replace('{', odd))).status).toBe(503)
  expect((await send(opened.replace('{', '{"action":"labeled",'))).status).toBe(503)
})

test.each([
  ['no delivery id', { 'x-github-delivery': '' }],
  ['a delivery id of 10 KB', { 'x-github-delivery': 'a'.repeat(10_240) }],
  ['a delivery id with quotes', { 'x-github-delivery': `'; drop table jobs; --` }],
  ['no event', { 'x-github-event': '' }],
  ['an event in odd letters', { 'x-github-event': 'pull_request*' }],
])('%s: 400', async (_, odd) => {
  const { status, answer } = await send(opened, { ...deliveryHeaders(opened), ...odd })
  expect(status).toBe(400)
  expect(errorOf(answer)).toMatch(/^X-GitHub-/)
})

test('a header with a bare line feed never becomes a log line', async () => {
  const headers = { ...deliveryHeaders(opened), 'x-github-delivery': 'abc\n{"level":"error","msg":"forged"}' }
  const answer = await sendRaw([head({ ...headers, 'content-length': '2', connection: 'close' }), '{}'])
  expect(answer).toMatch(/^HTTP\/1.1 4\d\d /)
  expect(server.logged()).not.toContain('forged')
})

test.each([
  ['a form', { 'content-type': 'application/x-www-form-urlencoded' }, /application\/json/],
  ['text', { 'content-type': 'text/plain' }, /application\/json/],
  ['gzip', { 'content-encoding': 'gzip' }, /Content-Encoding/],
  ['deflate within brotli', { 'content-encoding': 'deflate, br' }, /Content-Encoding/],
])('%s: 415', async (_, form, message) => {
  const { status, answer } = await send(opened, { ...deliveryHeaders(opened), ...form })
  expect(status).toBe(415)
  expect(errorOf(answer)).toMatch(message)
})

test('no content type at all: 415', async () => {
  const { 'content-type': _type, ...headers } = deliveryHeaders(opened)
  const { status, answer } = await send(Buffer.from(opened), headers)
  expect(status).toBe(415)
  expect(errorOf(answer)).toMatch(/application\/json/)
})

test('JSON with a charset, and identity as encoding, are plain JSON', async () => {
  const headers = {
    ...deliveryHeaders(opened),
    'content-type': 'application/json; charset=utf-8',
    'content-encoding': 'identity',
  }
  expect((await send(opened, headers)).status).toBe(503)
})

const megabyte = Buffer.alloc(1024 * 1024, 'x')

test.each([
  ['declared', { 'content-length': String(26 * 1024 * 1024) }, (part: Buffer) => [part]],
  [
    'of no declared length',
    { 'transfer-encoding': 'chunked' },
    (part: Buffer) => [`${part.length.toString(16)}\r\n`, part, '\r\n'],
  ],
])('a body of 26 MB, %s: 413, and the connection is closed', async (_, length, frame) => {
  const parts = Array.from({ length: 26 }, () => frame(megabyte)).flat()
  const answer = await sendRaw([head({ ...deliveryHeaders('{}'), ...length }), ...parts])
  expect(answer).toMatch(/^HTTP\/1.1 413 /)
  expect(answer).toMatch(/connection: close/i)
  expect(answer).toContain('{"error":"the body is larger than 26214400 bytes"}')
})

test('forty endless bodies at once leave the memory flat', async () => {
  const before = process.memoryUsage().arrayBuffers
  let highest = 0
  const watch = setInterval(() => (highest = Math.max(highest, process.memoryUsage().arrayBuffers)), 5)
  const announced = head({ ...deliveryHeaders('{}'), 'content-length': String(1024 ** 3) })
  await Promise.all(
    Array.from({ length: 40 }, async () => {
      const answer = await sendRaw([announced, ...Array.from({ length: 60 }, () => megabyte)])
      expect(answer).toMatch(/^HTTP\/1.1 413 /)
    }),
  )
  clearInterval(watch)
  // 2.4 GB were on their way.
  expect(highest - before).toBeLessThan(200 * 1024 * 1024)
})

test('a body of exactly 25 MB is taken', async () => {
  const filler = ' '.repeat(25 * 1024 * 1024 - opened.length)
  expect((await send(opened + filler)).status).toBe(503)
})

test('a body that does not come is cut off at the deadline, and good deliveries do not notice', async () => {
  const headers = { ...deliveryHeaders(opened), 'content-length': String(opened.length) }
  const slow = Array.from({ length: 100 }, () =>
    sendRaw([head(headers), ...Array.from({ length: 30 }, () => 'x')], { to: impatient, pauseMs: 150 }),
  )
  await delay(200)
  expect((await send(opened, deliveryHeaders(opened), impatient)).status).toBe(503)
  for (const answer of await Promise.all(slow)) {
    expect(answer).toMatch(/^HTTP\/1.1 408 [^]*\{"error":"the request did not arrive in time"\}$/)
  }
})

test('headers that do not end are cut off at the deadline', async () => {
  const endless = ['POST /webhooks/github HTTP/1.1\r\n', ...Array.from({ length: 30 }, () => 'x: y\r\n')]
  expect(await sendRaw(endless, { to: impatient, pauseMs: 150 })).toMatch(/^HTTP\/1.1 408 /)
})

test('without a secret, unsigned deliveries are taken from this machine only', async () => {
  const unsigned = await openTestServer({ webhookSecrets: [] })
  const { 'x-hub-signature-256': _signature, ...headers } = deliveryHeaders(opened)
  const post = (more: Record<string, string>) =>
    fetch(`${unsigned.url}/webhooks/github`, {
      method: 'POST',
      body: opened,
      headers: { ...headers, ...more },
    })
  expect((await post({})).status).toBe(503)
  const passedOn = await post({ 'x-forwarded-for': '203.0.113.9' })
  expect(passedOn.status).toBe(401)
  expect(await passedOn.json()).toEqual({
    error: 'no webhook secret is set, so deliveries are taken from this machine only',
  })
  await unsigned.close()
})

test('without a secret the server does not open to other machines', async () => {
  await expect(openTestServer({ webhookSecrets: [], host: '0.0.0.0' })).rejects.toThrow(
    'GITHUB_WEBHOOK_SECRET',
  )
})

test('a delivery under either of two secrets is good while one replaces the other', async () => {
  const rotating = await openTestServer({ webhookSecrets: ['new', webhookSecret] })
  for (const secret of ['new', webhookSecret, 'older']) {
    const response = await fetch(`${rotating.url}/webhooks/github`, {
      method: 'POST',
      body: opened,
      headers: deliveryHeaders(opened, { secret }),
    })
    expect(response.status).toBe(secret === 'older' ? 401 : 503)
  }
  await rotating.close()
})
