import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { openLedger, type Ledger } from '../chaos/ledger.ts'
import { openQueueOnRedis } from '../chaos/queue-depth.ts'
import { startChild, type Child } from '../demo/child.ts'
import type { GitHubEmulator, GitHubEmulatorIdentity } from '../emulators/github/emulator.ts'
import { connectGitHubEmulator } from '../emulators/github/github-emulator-client.ts'
import { createCloser, type Closable } from '../src/base/closer.ts'
import { packageRoot } from '../src/base/package-root.ts'
import type { Queue } from '../src/queue/queue.ts'
import { createDatabase, freePort, openPrivatePostgres, openPrivateRedis } from '../test/services.ts'
import { openLoadLedger, type LoadLedger } from './load-ledger.ts'
import { startModel, type ModelProcess } from './model-counts.ts'
import type { LoadOptions } from './options.ts'
import { openPostOffice, type PostOffice } from './post-office.ts'

/** The product as its users run it, and all that it stands on, each in processes of their own. */
export interface Surroundings extends Closable {
  readonly github: GitHubEmulator
  readonly model: ModelProcess
  readonly postOffice: PostOffice
  readonly queue: Pick<Queue, 'depth'>
  readonly ledger: Ledger
  readonly loadLedger: LoadLedger
  /** By name. Those that the product consists of are `serve` and `work 1`, `work 2`, …. */
  readonly processes: ReadonlyMap<string, number>
  /** Rejects when a process ended by itself. Never resolves. */
  readonly unexpectedEnd: Promise<never>
}

const SECRET = 'a secret of the load'
const START_MS = 60_000

/** A fresh store, queue and emulators for each level: no level profits from what another left behind. */
export async function openSurroundings(options: LoadOptions): Promise<Surroundings> {
  const opened = createCloser((error) => process.stderr.write(`could not close: ${String(error)}\n`))
  try {
    return await open(options, opened)
  } catch (error) {
    await opened.close()
    throw error
  }
}

async function open(options: LoadOptions, opened: ReturnType<typeof createCloser>): Promise<Surroundings> {
  const folder = mkdtempSync(path.join(tmpdir(), 'lorgnette-load-'))
  opened.add({ close: async () => rmSync(folder, { recursive: true, force: true }) })
  const postgres = await openPrivatePostgres(['fsync=on', 'synchronous_commit=on'])
  if (!postgres) throw new Error('there is no PostgreSQL on this machine')
  opened.add({ close: () => postgres.stop() })
  const redis = await openPrivateRedis(['--appendonly', 'yes', '--appendfsync', 'everysec'])
  if (!redis) throw new Error('there is no Redis on this machine')
  opened.add({ close: () => redis.stop() })
  const { url: databaseUrl } = await createDatabase(postgres.url)

  const starting = AbortSignal.timeout(START_MS)
  const model = opened.add(await startModel(options.modelLatency, options.modelLimits))
  const children = new Map<string, Child>()
  const start = (name: string, script: string, args: readonly string[], env: NodeJS.ProcessEnv): Child => {
    const child = startChild(name, path.join(packageRoot, 'dist', script), args, env)
    children.set(name, child)
    opened.add({ close: () => child.end() })
    return child
  }
  const base = { PATH: process.env['PATH'], HOME: folder }
  const limits = options.contentLimits ? [] : ['--no-content-limits']
  const githubArgs = ['--latency-ms', String(options.githubLatency), ...limits]
  const emulator = start('github', 'emulators/github/main.js', githubArgs, base)
  const identity = JSON.parse(await emulator.firstLine(starting)) as GitHubEmulatorIdentity // what main.ts prints
  const github = connectGitHubEmulator(identity)

  const port = await freePort()
  const postOffice = opened.add(await openPostOffice(`http://127.0.0.1:${port}/webhooks/github`))
  await github.setWebhook({ url: postOffice.url, secret: SECRET })
  const ledger = opened.add(openLedger(databaseUrl))
  const loadLedger = opened.add(openLoadLedger(databaseUrl))
  const queue = opened.add(openQueueOnRedis(redis.url))

  const env = {
    ...base,
    DATABASE_URL: databaseUrl,
    REDIS_URL: redis.url,
    GITHUB_API_URL: identity.url,
    ...(!options.contentLimits && { GITHUB_WRITES_PER_MINUTE: 'off', GITHUB_WRITES_PER_HOUR: 'off' }),
    GITHUB_APP_ID: String(identity.app.id),
    GITHUB_PRIVATE_KEY: identity.app.privateKey,
    GITHUB_WEBHOOK_SECRET: SECRET,
    LLM_BASE_URL: model.baseUrl,
    LLM_MODEL: 'openai-compatible/scripted',
    OPENAI_API_KEY: 'sk-load',
    LLM_CONCURRENCY: String(options.modelConcurrency),
    WORKER_CONCURRENCY: String(options.concurrency),
    REVIEW_UNIT_CONCURRENCY: String(options.unitConcurrency),
    REVIEW_EFFORT: options.effort,
    // What is measured begins with a delivery.
    CATCH_UP_INTERVAL: '168h',
    PORT: String(port),
  }
  const product = ['serve', ...Array.from({ length: options.workers }, (_, index) => `work ${index + 1}`)]
  const parts = product.map((name) => start(name, 'src/main.js', name.split(' ').slice(0, 1), env))
  const unexpectedEnd = Promise.race([...children.values()].map((child) => child.unexpectedEnd))
  unexpectedEnd.catch(() => undefined)
  // A worker listens nowhere; its log says when it has begun.
  await Promise.all(parts.map((child) => child.says('"started"', starting)))

  return {
    github,
    model,
    postOffice,
    queue,
    ledger,
    loadLedger,
    processes: new Map([
      ...[...children].map(([name, { pid }]) => [name, pid] as const),
      ['model', model.pid],
      ['load', process.pid],
    ]),
    unexpectedEnd,
    close: () => opened.close(),
  }
}
