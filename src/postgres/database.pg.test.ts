import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { afterEach, describe, expect, inject, test } from 'vitest'
import { createDatabase, freePort } from '../../test/services.ts'
import { BusyError, errorKind } from '../base/errors.ts'
import { createLogger } from '../telemetry/logger.ts'
import { databaseContract } from './database.contract.ts'
import { openPostgres } from './database.pg.ts'
import { statement, type Database } from './database.ts'

const log = createLogger('silent')
const postgresUrl = inject('postgresUrl') ?? ''
const one = statement<{ one: number }>('one', 'select 1 as one')

const endIdleSessions = statement<object>(
  'test-end-sessions',
  `select pg_terminate_backend(pid) from pg_stat_activity
   where application_name = $1 and datname = current_database()`,
)

const opened: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const thing of opened.splice(0)) await thing.close()
})

function open(url: string, poolSize = 4, patienceMs = 0): Database {
  const database = openPostgres({ url, poolSize, patienceMs, log })
  opened.push(database)
  return database
}

/** The kind of the error that `work` ends with, and how long that took. */
async function outcome(work: Promise<unknown>): Promise<{ kind: string; ms: number }> {
  const began = performance.now()
  const kind = await work.then(
    () => 'no error',
    (error: unknown) => errorKind(error),
  )
  return { kind, ms: performance.now() - began }
}

test('a dead server is a retryable error within two seconds', async () => {
  const { kind, ms } = await outcome(open(`postgres://127.0.0.1:${await freePort()}/none`).run(one))
  expect(kind).toBe('retryable')
  expect(ms).toBeLessThan(2_500)
})

test('a server that accepts and then says nothing is a retryable error within two seconds', async () => {
  const sockets: Socket[] = []
  const mute = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1')
  await once(mute, 'listening')
  const { port } = mute.address() as AddressInfo // a TCP server has no other kind of address
  const { kind, ms } = await outcome(open(`postgres://127.0.0.1:${port}/none`).run(one))
  for (const socket of sockets) socket.destroy()
  mute.close()
  expect(kind).toBe('retryable')
  expect(ms).toBeLessThan(2_500)
})

test('a URL that cannot be read is a permanent error that does not show it', () => {
  expect(() => openPostgres({ url: 'user:secret@nowhere', poolSize: 1, log })).toThrow(
    /^the database URL cannot be read: it must begin with postgres:\/\/$/,
  )
})

describe.skipIf(!inject('postgresUrl'))('PostgreSQL', () => {
  databaseContract(async () => {
    const created = await createDatabase(postgresUrl)
    return { database: openPostgres({ url: created.url, poolSize: 4, log }), drop: () => created.drop() }
  })

  test('when all connections are busy, a caller is told so within two seconds', async () => {
    const database = open(postgresUrl, 1)
    let finish = (): void => undefined
    const busy = database.transaction(() => new Promise<void>((resolve) => (finish = resolve)))
    const began = performance.now()
    await expect(database.run(one)).rejects.toBeInstanceOf(BusyError)
    const ms = performance.now() - began
    finish()
    await busy
    expect(ms).toBeLessThan(2_500)
    expect(await database.run(one)).toEqual([{ one: 1 }])
  })

  test('who is patient waits for a connection that is given back', async () => {
    const database = open(postgresUrl, 1, 20_000)
    let finish = (): void => undefined
    const busy = database.transaction(() => new Promise<void>((resolve) => (finish = resolve)))
    const waiting = database.run(one)
    // Longer than one try takes.
    setTimeout(() => finish(), 2_600)
    await busy
    expect(await waiting).toEqual([{ one: 1 }])
  })

  test('a name is let go when its holder loses the connection, or says nothing for too long', async () => {
    const database = open(postgresUrl)
    const name = `name-${process.pid}`
    const cut = await database.hold(name, 3_600_000)
    await database.run(endIdleSessions, 'lorgnette holds a name')
    expect(await cut?.isHeld()).toBe(false)

    const silent = await database.hold(name, 50)
    expect(await silent?.isHeld()).toBe(true)
    let next = await database.hold(name, 3_600_000)
    for (let tries = 0; !next && tries < 100; tries++) next = await database.hold(name, 3_600_000)
    expect(await silent?.isHeld()).toBe(false)
    expect(await next?.isHeld()).toBe(true)
    await next?.release()
  })

  test('a wrong password or database is a permanent error', async () => {
    const wrong = new URL(postgresUrl)
    wrong.pathname = '/no_such_database'
    expect(await outcome(open(wrong.href).run(one))).toMatchObject({ kind: 'permanent' })
  })

  test('connections that were cut, in use or not, are replaced, and notifications come again', async () => {
    const proxy = await openProxy(postgresUrl)
    opened.push(proxy)
    const database = open(proxy.url)
    let wake = (): void => undefined
    await database.listen('cut', () => wake())
    const sleeping = outcome(database.run(statement<never>('sleep', 'select pg_sleep(3)')))
    await database.run(one)
    proxy.cut()
    expect(await sleeping).toMatchObject({ kind: 'retryable' })
    await expect.poll(() => database.run(one).catch(errorKind)).toEqual([{ one: 1 }])
    const heard = new Promise<string>((resolve) => (wake = () => resolve('heard')))
    const notify = setInterval(() => {
      database.run(statement<never>('notify', `select pg_notify('cut', '')`)).catch(() => undefined)
    }, 50)
    expect(await heard).toBe('heard')
    clearInterval(notify)
  })
})

/** A TCP proxy in front of the server, whose connections can be cut. */
async function openProxy(target: string): Promise<{ url: string; cut(): void; close(): Promise<void> }> {
  const server = new URL(target)
  const sockets = new Set<Socket>()
  const proxy = createServer((inbound) => {
    const outbound = connect(Number(server.port), server.hostname)
    for (const socket of [inbound, outbound]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        inbound.destroy()
        outbound.destroy()
      })
    }
    inbound.pipe(outbound).pipe(inbound)
  }).listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  const url = new URL(target)
  url.port = String((proxy.address() as AddressInfo).port) // a TCP server has no other kind of address
  const cut = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    url: url.href,
    cut,
    close: async () => {
      cut()
      proxy.close()
      await once(proxy, 'close')
    },
  }
}
