import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { openGitHubEmulator, type GitHubEmulator } from '../emulators/github/github-emulator.ts'
import { openLlmEmulator } from '../emulators/llm/llm-emulator.ts'
import { createCloser, type Closable } from '../src/base/closer.ts'
import { packageRoot } from '../src/base/package-root.ts'
import * as answerScripts from '../src/cache/answer-scripts.redis.ts'
import * as claimScripts from '../src/queue/claim-scripts.redis.ts'
import * as limitScripts from '../src/limits/limit-scripts.redis.ts'
import type { Queue } from '../src/queue/queue.ts'
import * as settleScripts from '../src/queue/settle-scripts.redis.ts'
import * as storeScripts from '../src/queue/store-scripts.redis.ts'
import { openRedis } from '../src/redis/open-redis.ts'
import { createLogger } from '../src/telemetry/logger.ts'
import {
  createDatabase,
  freePort,
  openPrivatePostgres,
  openPrivateRedis,
  type PrivateRedis,
} from '../test/services.ts'
import { createChild, type Child } from './child.ts'
import { createDeliveryGate, type DeliveryGate } from './delivery-gate.ts'
import { createGatekeeper, type Gatekeeper } from './gatekeeper.ts'
import { gated, gatedGitHub } from './github-gate.ts'
import { openHttpGate } from './http-gate.ts'
import { createJournal, type Journal } from './journal.ts'
import { answerWithFaults } from './planted-faults.ts'
import { processNames, type ProcessName, type Victim } from './plan-strikes.ts'
import { openLedger, type Ledger } from './ledger.ts'
import { postgresConversation } from './postgres-conversation.ts'
import { redisConversation } from './redis-conversation.ts'
import type { QueuePlace } from './steps.ts'
import { openQueueInPostgres, openQueueOnRedis } from './queue-depth.ts'
import { openTcpGate } from './tcp-gate.ts'

/** Everything that a run plays in: the product's processes, what they stand on, and the gates between them. */
export interface Surroundings extends Closable {
  readonly github: GitHubEmulator
  readonly deliveries: DeliveryGate
  readonly keeper: Gatekeeper
  readonly journal: Journal
  /** The database itself, past all gates. */
  readonly ledger: Ledger
  /** The queue itself, past all gates. */
  readonly queue: Pick<Queue, 'depth'>
  /** Where the logs of the processes are. */
  readonly folder: string
  /** Is told from now on when a process ended by itself. */
  listen(tell: (line: string) => void): void
  /** Resolves when the victim is gone. */
  kill(victim: Victim): Promise<void>
  /** Ends it as an upgrade would. Resolves when it is gone. */
  end(victim: Victim): Promise<void>
  /** The process does nothing until it is thawed. */
  freeze(name: ProcessName): void
  thaw(name: ProcessName): void
  /** Starts again what is gone; a wiped Redis empty. */
  start(victim: Victim, wiped: boolean): Promise<void>
  /** Resolves when the web server accepts deliveries. */
  ready(): Promise<void>
}

const SECRET = 'a secret of the chaos'
/** How soon a run that the queue lost is found: sooner than by default, so that more runs fit into a day. */
const RECONCILE_INTERVAL = '3s'
/** So that every run has GitHub's lists race with its deliveries. */
const CATCH_UP_INTERVAL = '3s'

/** Starts everything. The two emulators live in this process: nobody kills GitHub or the model. */
export async function openSurroundings(place: QueuePlace): Promise<Surroundings> {
  const opened = createCloser((error) => process.stderr.write(`could not close: ${String(error)}\n`))
  try {
    return await open(place, opened)
  } catch (error) {
    await opened.close()
    throw error
  }
}

async function open(place: QueuePlace, opened: ReturnType<typeof createCloser>): Promise<Surroundings> {
  const folder = mkdtempSync(path.join(tmpdir(), 'lorgnette-chaos-'))
  opened.add({ close: async () => rmSync(folder, { recursive: true, force: true }) })
  const postgres = await openPrivatePostgres(['fsync=on', 'synchronous_commit=on'])
  if (!postgres) throw new Error('there is no PostgreSQL on this machine')
  opened.add({ close: () => postgres.stop() })
  const redis = place === 'redis' ? await openDurableRedis() : undefined
  if (redis) opened.add({ close: () => redis.stop() })
  const { url: databaseUrl } = await createDatabase(postgres.url)
  const ledger = opened.add(openLedger(databaseUrl))
  const queue = opened.add(redis ? openQueueOnRedis(redis.url) : openQueueInPostgres(databaseUrl))

  const keeper = createGatekeeper()
  const journal = createJournal()
  const deliveries = createDeliveryGate(keeper, journal)
  const github = opened.add(await openGitHubEmulator({ folder: path.join(folder, 'github') }))
  const llm = opened.add(await openLlmEmulator({ answer: ({ prompt }) => answerWithFaults(prompt) }))
  const webPort = await freePort()
  const webhooks = opened.add(await openHttpGate(webPort, deliveries.handle))
  await github.setWebhook({ url: `http://127.0.0.1:${webhooks.port}/webhooks/github`, secret: SECRET })

  let tellEnded: (line: string) => void = () => undefined
  const children = new Map<ProcessName, Child>()
  for (const name of processNames) {
    const env = await openGates(name)
    const args = [path.join(packageRoot, 'dist/src/main.js'), name === 'web' ? 'serve' : 'work']
    const onEnded = (how: number | string): void => tellEnded(`${name} ended by itself (${how})`)
    children.set(name, createChild({ args, env, logFile: path.join(folder, `${name}.log`), onEnded }))
  }
  const child = (name: ProcessName): Child => {
    const known = children.get(name)
    if (!known) throw new Error(`no process ${name}`)
    return known
  }
  const found = (victim: Victim): Pick<PrivateRedis, 'kill' | 'end'> & { start(): Promise<void> | void } => {
    if (victim === 'postgres') return postgres
    if (victim !== 'redis') return child(victim)
    if (!redis) throw new Error('there is no Redis in this lane')
    return redis
  }
  opened.add({ close: async () => void (await Promise.all([...children.values()].map((one) => one.kill()))) })
  for (const name of processNames) child(name).start()

  const surroundings: Surroundings = {
    github,
    deliveries,
    keeper,
    journal,
    ledger,
    queue,
    folder,
    listen: (tell) => {
      tellEnded = tell
    },
    kill: (victim) => found(victim).kill(),
    end: (victim) => found(victim).end(),
    freeze: (name) => child(name).freeze(),
    thaw: (name) => child(name).thaw(),
    start: async (victim, wiped) => {
      await found(victim).start()
      if (victim === 'redis' && redis && wiped) await wipe(redis.url)
    },
    ready: () => untilReady(`http://127.0.0.1:${webPort}/readyz`),
    close: () => opened.close(),
  }
  await surroundings.ready()
  return surroundings

  /** The settings of a process that sees the world through gates of its own. */
  async function openGates(by: ProcessName): Promise<Record<string, string | undefined>> {
    const http = async (url: string, handle: Parameters<typeof openHttpGate>[1]): Promise<number> =>
      opened.add(await openHttpGate(Number(new URL(url).port), handle)).port
    const tcp = async (
      url: string,
      options: Pick<Parameters<typeof openTcpGate>[0], 'service' | 'converse'>,
    ) => {
      const targetPort = Number(new URL(url).port)
      const gate = opened.add(await openTcpGate({ ...options, targetPort, by, keeper }))
      const gatedUrl = new URL(url)
      gatedUrl.port = String(gate.port)
      return gatedUrl.href
    }
    const api = await http(github.url, gatedGitHub(by, keeper, journal))
    const model = await http(llm.baseUrl, gated('model', by, keeper))
    return {
      PATH: process.env['PATH'],
      HOME: folder,
      DATABASE_URL: await tcp(databaseUrl, { service: 'postgres', converse: postgresConversation }),
      ...(redis && {
        REDIS_URL: await tcp(redis.url, { service: 'redis', converse: () => redisConversation(scripts) }),
      }),
      GITHUB_API_URL: `http://127.0.0.1:${api}`,
      GITHUB_APP_ID: String(github.app.id),
      GITHUB_PRIVATE_KEY: github.app.privateKey,
      GITHUB_WEBHOOK_SECRET: SECRET,
      LLM_BASE_URL: `http://127.0.0.1:${model}/v1`,
      LLM_MODEL: 'openai-compatible/scripted',
      OPENAI_API_KEY: 'sk-chaos',
      PORT: String(webPort),
      RECONCILE_INTERVAL,
      CATCH_UP_INTERVAL,
      // Git's own calls come in an order of their own, change nothing on GitHub, and are no step to die at.
      HEAD_TREE_CACHE_SIZE: '0B',
    }
  }
}

const scripts: ReadonlyMap<string, string> = new Map(
  [answerScripts, claimScripts, settleScripts, storeScripts, limitScripts]
    .flatMap((scripts) => Object.values(scripts))
    .map(({ sha1, name }) => [sha1, name]),
)

async function openDurableRedis(): Promise<PrivateRedis> {
  const redis = await openPrivateRedis(['--appendonly', 'yes', '--appendfsync', 'everysec'])
  if (!redis) throw new Error('there is no Redis on this machine')
  return redis
}

async function wipe(redisUrl: string): Promise<void> {
  const redis = openRedis({ url: redisUrl, log: createLogger('silent') })
  await redis.send(['FLUSHALL'])
  await redis.close()
}

async function untilReady(url: string): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    const isReady = await fetch(url).then(
      (response) => response.ok,
      () => false,
    )
    if (isReady) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`${url} did not say that it is ready within a minute`)
}
