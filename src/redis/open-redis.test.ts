import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { createManualClock } from '../../test/manual-clock.ts'
import { blockedReads } from '../../test/redis-queue.ts'
import { freePort, openPrivateRedis, type PrivateRedis } from '../../test/services.ts'
import { errorKind, errorMessage } from '../base/errors.ts'
import { createLogger } from '../telemetry/logger.ts'
import { checkRedis } from './check-redis.ts'
import { openRedis } from './open-redis.ts'
import { script, type Redis } from './redis.ts'

const server = await openPrivateRedis(['--appendonly', 'yes'])
const never = new AbortController().signal

function open(url: string, clock = createManualClock()): { redis: Redis; logged: () => string } {
  let lines = ''
  const log = createLogger('info', { write: (line) => (lines += line) })
  const redis = openRedis({ url, log, clock })
  onTestFinished(() => redis.close())
  return { redis, logged: () => lines }
}

const failure = (call: Promise<unknown>): Promise<{ kind: string; message: string }> =>
  call.then(
    () => ({ kind: 'none', message: '' }),
    (error: unknown) => ({ kind: errorKind(error), message: errorMessage(error) }),
  )

/** A door in front of a server that a test can cut. */
async function openProxy(target: URL): Promise<{ url: string; cut: () => void; connections: () => number }> {
  const sockets = new Set<Socket>()
  let connections = 0
  const proxy = createServer((client) => {
    connections += 1
    const upstream = connect(Number(target.port), target.hostname)
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from)
      from.on('error', () => to.destroy())
      from.on('close', () => to.destroy())
      from.pipe(to)
    }
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  const { port } = proxy.address() as AddressInfo // a TCP server has no other kind of address
  const cut = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  onTestFinished(() => {
    cut()
    proxy.close()
  })
  return { url: `redis://127.0.0.1:${port}`, cut, connections: () => connections }
}

test('a server that is not there is a failure that may pass, tried again only after a pause', async () => {
  const clock = createManualClock()
  const { redis, logged } = open(`redis://127.0.0.1:${await freePort()}`, clock)
  expect(await failure(redis.send(['PING']))).toMatchObject({ kind: 'retryable' })
  expect(await failure(redis.send(['PING']))).toMatchObject({ kind: 'retryable' })
  clock.advance(50)
  expect(await failure(redis.send(['PING']))).toMatchObject({ kind: 'retryable' })
  // One line for the outage, not one for each attempt.
  expect(logged().match(/no connection to Redis/g)).toHaveLength(1)
})

test('a clock that is set back while Redis is away delays no attempt', async () => {
  const clock = createManualClock()
  const port = await freePort()
  const { redis } = open(`redis://127.0.0.1:${port}`, clock)
  expect(await failure(redis.send(['PING']))).toMatchObject({ kind: 'retryable' })
  let connections = 0
  const back = createServer((socket) => {
    connections += 1
    socket.destroy()
  }).listen(port, '127.0.0.1')
  await once(back, 'listening')
  clock.jump(-3_600_000)
  clock.advance(50)
  expect(await failure(redis.send(['PING']))).toMatchObject({ kind: 'retryable' })
  expect(connections).toBe(1)
  back.close()
})

test('a server that accepts and says nothing is a failure that may pass, within two seconds', async () => {
  const mute = createServer().listen(0, '127.0.0.1')
  await once(mute, 'listening')
  const { port } = mute.address() as AddressInfo // a TCP server has no other kind of address
  const { redis } = open(`redis://127.0.0.1:${port}`)
  const started = performance.now()
  expect(await failure(redis.send(['PING']))).toMatchObject({ kind: 'retryable' })
  expect(performance.now() - started).toBeLessThan(3_000)
  mute.close()
})

test.each(['127.0.0.1:6379', 'http://127.0.0.1', 'redis://user:a secret@:host'])(
  'the address %s is wrong for good, and is not shown',
  async (url) => {
    const { redis, logged } = open(url)
    const { kind, message } = await failure(redis.send(['PING']))
    expect(kind).toBe('permanent')
    expect(message + logged()).not.toContain('secret')
  },
)

test('a closed connection refuses calls, and may be closed twice', async () => {
  const { redis } = open('redis://127.0.0.1:1')
  await redis.close()
  await redis.close()
  expect(await failure(redis.send(['PING']))).toMatchObject({ kind: 'retryable' })
})

describe.skipIf(!server)('on a server', () => {
  let service: PrivateRedis
  beforeAll(() => {
    if (server) service = server
  })
  afterAll(() => server?.stop())

  test('replies are strings, numbers, null and lists of them', async () => {
    const { redis } = open(service.url)
    const echo = script('echo', 'return { ARGV[1], #KEYS, false, { KEYS[1] } }')
    expect(await redis.run(echo, ['a key'], ['naïve 🎩'])).toEqual(['naïve 🎩', 1, null, ['a key']])
    expect(await redis.send(['GET', 'missing'])).toBeNull()
  })

  test('a mistake is wrong for good, and says which command', async () => {
    const { redis } = open(service.url)
    await redis.send(['SET', 'text', 'x'])
    const { kind, message } = await failure(redis.send(['LPUSH', 'text', 'y']))
    expect(kind).toBe('permanent')
    expect(message).toMatch(/^LPUSH: Redis refused: WRONGTYPE/)
    const wrong = script('wrong', "return redis.call('LPUSH', 'text', 'y')")
    expect(await failure(redis.run(wrong, [], []))).toMatchObject({ kind: 'permanent' })
  })

  test('a connection that broke is made again for the next call, and calls under way fail', async () => {
    const proxy = await openProxy(new URL(service.url))
    const { redis } = open(proxy.url)
    expect(await redis.send(['PING'])).toBe('PONG')
    const underWay = failure(redis.send(['BLPOP', 'nothing', '1']))
    await blockedReads(open(service.url).redis, 1)
    proxy.cut()
    expect(await underWay).toMatchObject({ kind: 'retryable' })
    expect(await redis.send(['PING'])).toBe('PONG')
    expect(proxy.connections()).toBe(2)
  })

  test('a primary that became a replica is left: its address may lead to the new primary', async () => {
    const proxy = await openProxy(new URL(service.url))
    const { redis } = open(proxy.url)
    await redis.send(['REPLICAOF', '127.0.0.1', String(await freePort())])
    onTestFinished(async () => {
      await open(service.url).redis.send(['REPLICAOF', 'NO', 'ONE'])
    })
    expect(await failure(redis.send(['SET', 'a', 'b']))).toMatchObject({ kind: 'retryable' })
    expect((await checkRedis(redis)).problems).toEqual([expect.stringContaining('replica')])
    expect(proxy.connections()).toBe(2)
  })

  test('a Sentinel is no place for jobs', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'lorgnette-sentinel-'))
    const port = await freePort()
    const file = path.join(folder, 'sentinel.conf')
    await writeFile(file, `port ${port}\nbind 127.0.0.1\ndir ${folder}\n`)
    const sentinel = spawn('redis-server', [file, '--sentinel'], { stdio: 'ignore' })
    onTestFinished(async () => {
      const ended = once(sentinel, 'exit')
      sentinel.kill()
      await ended
      await rm(folder, { recursive: true })
    })
    const clock = createManualClock()
    const { redis } = open(`redis://127.0.0.1:${port}`, clock)
    const problems = async (): Promise<readonly string[]> => {
      clock.advance(2_000)
      return (await checkRedis(redis).catch(() => undefined))?.problems ?? []
    }
    await expect.poll(problems, { timeout: 10_000 }).toContainEqual(expect.stringContaining('Sentinel'))
  })

  test('an abort ends a blocked read on the server too', async () => {
    const { redis } = open(service.url)
    const reader = redis.openReader()
    onTestFinished(() => reader.close())
    const stop = new AbortController()
    const reading = reader.read(['BLPOP', 'list', '600'], 600_000, stop.signal)
    stop.abort()
    expect(await reading).toBeNull()
    await redis.send(['RPUSH', 'list', 'kept'])
    expect(await reader.read(['BLPOP', 'list', '1'], 1_000, never)).toEqual(['list', 'kept'])
    expect(await reader.read(['BLPOP', 'list', '1'], 1_000, AbortSignal.abort())).toBeNull()
  })

  test('a Redis that evicts our keys is a problem; other policies are not', async () => {
    const { redis } = open(service.url)
    const checkWith = async (policy: string, maxmemory: string) => {
      await redis.send(['CONFIG', 'SET', 'maxmemory-policy', policy, 'maxmemory', maxmemory])
      return checkRedis(redis)
    }
    onTestFinished(async () => {
      await open(service.url).redis.send([
        'CONFIG',
        'SET',
        'maxmemory-policy',
        'noeviction',
        'maxmemory',
        '0',
      ])
    })
    expect(await checkWith('allkeys-lru', '1gb')).toEqual({
      problems: [expect.stringContaining('evict')],
      warnings: [],
    })
    expect(await checkWith('allkeys-random', '0')).toEqual({
      problems: [],
      warnings: [expect.stringContaining('evict')],
    })
    expect(await checkWith('volatile-lru', '1gb')).toEqual({ problems: [], warnings: [] })
    expect(await checkWith('noeviction', '1gb')).toEqual({ problems: [], warnings: [] })
    await redis.send(['CONFIG', 'SET', 'appendonly', 'no'])
    expect(await checkRedis(redis)).toEqual({
      problems: [],
      warnings: [expect.stringContaining('appendonly')],
    })
  })
})
