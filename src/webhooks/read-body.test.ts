import { once } from 'node:events'
import { createServer, request, type ClientRequest, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createBodyReader, type ReadBody } from './read-body.ts'

const read = createBodyReader({ oneBytes: 1_000, allBytes: 2_500 })
const waiting: ((body: ReadBody) => void)[] = []
const server = createServer((incoming, response) => {
  const tell = waiting.shift()
  const answer = async (): Promise<void> => {
    tell?.(await read(incoming))
    response.end()
  }
  void answer()
})
beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

/** A request whose body is still to be sent, and what will be read of it. */
async function begin(
  headers: Record<string, string> = {},
): Promise<{ sent: ClientRequest; body: Promise<ReadBody> }> {
  const body = new Promise<ReadBody>((resolve) => waiting.push(resolve))
  const { port } = server.address() as AddressInfo // it listens on TCP
  const arrived = once(server, 'request') as Promise<[IncomingMessage]>
  const sent = request({ port, host: '127.0.0.1', method: 'POST', headers, agent: false })
  sent.on('error', () => undefined)
  sent.on('response', (response) => response.resume())
  sent.flushHeaders()
  await arrived
  return { sent, body }
}

test('a body is its bytes, in one piece or in many', async () => {
  const one = await begin()
  one.sent.end('abc')
  expect(await one.body).toEqual(Buffer.from('abc'))
  const many = await begin()
  for (const piece of ['a', 'b', 'c']) {
    many.sent.write(piece)
    await new Promise((resolve) => setImmediate(resolve))
  }
  many.sent.end()
  expect(await many.body).toEqual(Buffer.from('abc'))
  const none = await begin()
  none.sent.end()
  expect(await none.body).toEqual(Buffer.alloc(0))
})

test('the limit itself is taken, one more byte is not, declared or not', async () => {
  const exact = await begin()
  exact.sent.end(Buffer.alloc(1_000))
  expect(await exact.body).toHaveLength(1_000)
  const more = await begin()
  more.sent.write(Buffer.alloc(1_001))
  expect(await more.body).toBe('too-large')
  const declared = await begin({ 'content-length': '1001' })
  expect(await declared.body).toBe('too-large')
})

test('bodies just below the limit are refused once too much of them is held, until some of them end', async () => {
  const held = [await begin(), await begin()]
  for (const { sent } of held) sent.write(Buffer.alloc(900))
  const third = await begin()
  third.sent.write(Buffer.alloc(900))
  // 2,700 bytes are too many; whichever came last is refused.
  expect(await Promise.race([third.body, ...held.map(({ body }) => body)])).toBe('overloaded')
  for (const { sent } of [...held, third]) sent.destroy()
  const bodies = await Promise.all([...held, third].map(({ body }) => body))
  expect(bodies.filter((body) => body === 'cut-off')).toHaveLength(2)
  const next = await begin()
  next.sent.end(Buffer.alloc(1_000))
  expect(await next.body).toHaveLength(1_000)
})

test('a client that goes away is no error', async () => {
  const { sent, body } = await begin()
  sent.write('half')
  sent.destroy()
  expect(await body).toBe('cut-off')
})
