import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { connect, createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'

/** A server for tests: found in the environment, or started privately on a free port. */
export interface Service {
  readonly url: string
  stop(): Promise<void>
}

/** PostgreSQL: `TEST_DATABASE_URL` (a role that may create databases), else a private server. */
export async function openPostgres(
  settings: readonly string[] = ['fsync=off'],
): Promise<Service | undefined> {
  const url = process.env['TEST_DATABASE_URL']
  return url ? { url, stop: () => Promise.resolve() } : openPrivatePostgres(settings)
}

/** A PostgreSQL of one's own, to be treated badly. */
export interface PrivatePostgres extends Service {
  kill(): Promise<void>
  /** Ends it as an upgrade would: what was committed is on its disk. */
  end(): Promise<void>
  /** Starts it again after `kill` or `end`, on the same port, with what it wrote to its disk. */
  start(): Promise<void>
}

/** Undefined when the machine has no PostgreSQL. `settings` are those of its command line. */
export async function openPrivatePostgres(settings: readonly string[]): Promise<PrivatePostgres | undefined> {
  const bin = postgresFolder()
  if (!bin) return undefined
  const folder = mkdtempSync(path.join(tmpdir(), 'lorgnette-postgres-'))
  const owner = serverOwner()
  if (owner) chownSync(folder, owner.uid, owner.gid)
  const data = path.join(folder, 'data')
  execFileSync(
    path.join(bin, 'initdb'),
    ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-sync'],
    {
      stdio: 'pipe',
      cwd: folder,
      ...owner,
    },
  )
  const port = await freePort()
  const all = [
    ...settings,
    'max_connections=200',
    `unix_socket_directories=${folder}`,
    'listen_addresses=127.0.0.1',
  ]
  const args = ['-D', data, '-p', String(port), ...all.flatMap((setting) => ['-c', setting])]
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`
  const spawnServer = async (): Promise<ChildProcess> => {
    let server: ChildProcess | undefined
    await until(async () => {
      // After SIGKILL it does not start while the processes of its old connections still end.
      if (!server || server.exitCode !== null)
        server = spawn(path.join(bin, 'postgres'), args, { stdio: 'ignore', cwd: folder, ...owner })
      return answersQueries(url)
    }, 'PostgreSQL')
    if (!server) throw new Error('PostgreSQL was not started')
    return server
  }
  let server = await spawnServer()
  return {
    url,
    kill: () => endProcess(server, 'SIGKILL'),
    end: () => endProcess(server, 'SIGINT'),
    start: async () => {
      server = await spawnServer()
    },
    // SIGINT is PostgreSQL's fast shutdown.
    stop: () => stopServer(server, 'SIGINT', folder),
  }
}

/** Redis: `TEST_REDIS_URL` (its database is used as it is), else a private server. */
export async function openRedis(): Promise<Service | undefined> {
  const url = process.env['TEST_REDIS_URL']
  return url ? { url, stop: () => Promise.resolve() } : openPrivateRedis()
}

/** A Redis of one's own, to be treated badly. */
export interface PrivateRedis extends Service {
  kill(): Promise<void>
  /** Ends it as an upgrade would: what it has is on its disk. */
  end(): Promise<void>
  /** Starts it again after `kill` or `end`, on the same port, with what it wrote to its disk. */
  start(): Promise<void>
  /** It stays, accepts connections, and says nothing. */
  freeze(): void
  thaw(): void
}

/** Undefined when the machine has no Redis. `settings` are those of its command line. */
export async function openPrivateRedis(settings: readonly string[] = []): Promise<PrivateRedis | undefined> {
  const bin = onPath('redis-server')
  if (!bin) return undefined
  const folder = mkdtempSync(path.join(tmpdir(), 'lorgnette-redis-'))
  const port = await freePort()
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', ...settings]
  const spawnServer = async (): Promise<ChildProcess> => {
    const started = spawn(bin, args, { stdio: 'ignore' })
    await until(() => accepts(port), 'Redis')
    return started
  }
  let server = await spawnServer()
  return {
    url: `redis://127.0.0.1:${port}`,
    kill: () => endProcess(server, 'SIGKILL'),
    end: () => endProcess(server, 'SIGTERM'),
    start: async () => {
      server = await spawnServer()
    },
    freeze: () => void server.kill('SIGSTOP'),
    thaw: () => void server.kill('SIGCONT'),
    stop: () => stopServer(server, 'SIGTERM', folder),
  }
}

/** A fresh, empty database on the server behind `url`. */
export async function createDatabase(url: string): Promise<{ url: string; drop(): Promise<void> }> {
  const name = `lorgnette_test_${randomBytes(6).toString('hex')}`
  const run = async (text: string): Promise<void> => {
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    try {
      await client.query(text)
    } finally {
      await client.end()
    }
  }
  await run(`create database ${name}`)
  const created = new URL(url)
  created.pathname = `/${name}`
  return { url: created.href, drop: () => run(`drop database if exists ${name} with (force)`) }
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // a TCP server has no other kind of address
  server.close()
  await once(server, 'close')
  return port
}

function onPath(command: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(path.delimiter)
  return folders.map((folder) => path.join(folder, command)).find((file) => existsSync(file))
}

/** The folder of `initdb` and `postgres`: on the PATH, or where Debian keeps them off it. */
function postgresFolder(): string | undefined {
  const found = onPath('postgres')
  if (found) return path.dirname(found)
  const debian = '/usr/lib/postgresql'
  if (!existsSync(debian)) return undefined
  const versions = readdirSync(debian).sort((a, b) => Number(b) - Number(a))
  return versions
    .map((version) => path.join(debian, version, 'bin'))
    .find((bin) => existsSync(path.join(bin, 'initdb')))
}

/** PostgreSQL refuses to run as root: then it runs as Debian's `postgres` user. */
function serverOwner(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined
  const id = (flag: string): number => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}

async function answersQueries(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => undefined)
  try {
    await client.connect()
    return true
  } catch {
    return false
  } finally {
    await client.end().catch(() => undefined)
  }
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

async function until(ready: () => Promise<boolean>, name: string): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    if (await ready()) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`${name} did not start within 15 s`)
}

async function stopServer(server: ChildProcess, signal: NodeJS.Signals, folder: string): Promise<void> {
  await endProcess(server, signal)
  rmSync(folder, { recursive: true, force: true })
}

async function endProcess(server: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return
  server.kill(signal)
  await once(server, 'exit')
}
