import { randomUUID } from 'node:crypto'
import { openRedis } from '../src/redis/open-redis.ts'
import type { Redis } from '../src/redis/redis.ts'
import { queueKeys } from '../src/queue/queue-lua.redis.ts'
import { openRedisQueue } from '../src/queue/queue.redis.ts'
import type { ClaimOptions, JobId, NewJob, Queue } from '../src/queue/queue.ts'
import { createLogger } from '../src/telemetry/logger.ts'
import { createManualClock, type ManualClock } from './manual-clock.ts'

export interface RedisQueueUnderTest {
  readonly redis: Redis
  readonly queue: Queue
  readonly clock: ManualClock
  /** The names of its keys: of jobs, ids, delayed, leases, dead. */
  readonly keys: readonly [jobs: string, ...others: string[]]
  /** Another queue on the same jobs, as another process has it: on a connection of its own. */
  readonly openAnother: () => { readonly queue: Queue; readonly close: () => Promise<void> }
  /** A queue on the same jobs that goes by the server's time. */
  readonly openWithoutClock: () => Queue
  readonly clear: () => Promise<void>
  readonly close: () => Promise<void>
}

const log = createLogger('silent')

/** A queue on keys of its own, which `close` removes. */
export function openTestQueue(url: string): RedisQueueUnderTest {
  const clock = createManualClock()
  const prefix = `test-${randomUUID()}`
  const keys = queueKeys(prefix)
  const open = () => {
    const redis = openRedis({ url, log })
    const queue = openRedisQueue(redis, { log, prefix, clock })
    return { redis, queue, close: () => queue.close().then(() => redis.close()) }
  }
  const first = open()
  const clear = async (): Promise<void> => {
    await first.redis.send(['DEL', ...keys])
  }
  return {
    redis: first.redis,
    queue: first.queue,
    clock,
    keys,
    openAnother: open,
    openWithoutClock: () => openRedisQueue(first.redis, { log, prefix }),
    clear,
    close: () => clear().then(first.close),
  }
}

export function newJob(id: string, notBefore?: Date): NewJob {
  const job = { id: id as JobId, kind: 'test', payload: {} } // any text will do for a test
  return notBefore ? { ...job, notBefore } : job
}

/** A claim of at most so many jobs that does not wait. */
export function atMost(count: number, options: Partial<ClaimOptions> = {}): ClaimOptions {
  return { count, leaseMs: 10_000, worker: 'tester', waitMs: 0, ...options }
}

/** Resolves when so many connections of this Redis wait in a blocked read. */
export async function blockedReads(redis: Redis, count: number): Promise<void> {
  for (;;) {
    const info = String(await redis.send(['INFO', 'clients']))
    if (info.includes(`blocked_clients:${count}\r\n`)) return
    await new Promise((resolve) => setImmediate(resolve))
  }
}
