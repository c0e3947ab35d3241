import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { queueKeys } from '../../src/queue/queue-lua.redis.ts'
import { openRedis } from '../../src/redis/open-redis.ts'
import type { Redis } from '../../src/redis/redis.ts'
import { createLogger } from '../../src/telemetry/logger.ts'
import { openPrivatePostgres, openPrivateRedis, type PrivateRedis } from '../services.ts'
import { PATIENCE_MS } from './product-process.ts'
import { openRelay, type Relay } from './relay.ts'
import { doneOnce, openStage, type Stage } from './stage.ts'

const primary = await openPrivateRedis()
const database = await openPrivatePostgres(['fsync=off'])
const [JOBS] = queueKeys('lorgnette')

describe.skipIf(!primary || !database)('a failover of Redis', { timeout: 3 * PATIENCE_MS }, () => {
  let stage: Stage
  let replica: PrivateRedis
  /** The address that the product knows, and the way from the primary to its replica. */
  let address: Relay
  let replication: Relay
  let ofPrimary: Redis
  let ofReplica: Redis

  const portOf = ({ url }: PrivateRedis): number => Number(new URL(url).port)
  const connect = ({ url }: PrivateRedis): Redis => openRedis({ url, log: createLogger('silent') })

  beforeAll(async () => {
    if (!primary || !database) return
    address = await openRelay(portOf(primary))
    replication = await openRelay(portOf(primary))
    const opened = await openPrivateRedis(['--replicaof', `127.0.0.1 ${replication.port}`])
    if (!opened) return
    replica = opened
    ofPrimary = connect(primary)
    ofReplica = connect(replica)
    stage = await openStage({
      postgresUrl: database.url,
      redisUrl: `redis://127.0.0.1:${address.port}`,
      env: { WORKER_CONCURRENCY: '2' },
    })
  })
  afterAll(async () => {
    await stage?.close()
    await Promise.all([ofPrimary?.close(), ofReplica?.close(), address?.close(), replication?.close()])
    await Promise.all([primary?.stop(), replica?.stop(), database?.stop()])
  })

  test('a replica that lacks acknowledged jobs and still has settled ones takes over: all comes back once', async () => {
    await vi.waitFor(async () => expect(await ofPrimary.send(['WAIT', '1', '100'])).toBe(1), PATIENCE_MS)
    await stage.start('serve')
    const worker = await stage.start('work')
    const release = stage.holdModel()
    const settledLater = await stage.openTaken(2)
    await stage.modelHolds(2)
    expect(await ofPrimary.send(['WAIT', '1', '10000'])).toBe(1)

    replication.mute()
    release()
    await stage.outcomes(...settledLater)
    worker.signal('SIGTERM')
    expect(await worker.ended).toBe(0)
    const acknowledged = await stage.openTaken(4)
    await vi.waitFor(async () => expect(await ofPrimary.send(['XLEN', JOBS])).toBe(4), PATIENCE_MS)
    // What only the replica believes: two jobs that are done, and none of the four.
    expect(await ofReplica.send(['XLEN', JOBS])).toBe(2)

    await primary?.kill()
    await ofReplica.send(['REPLICAOF', 'NO', 'ONE'])
    address.lead(portOf(replica))
    const next = await stage.start('work')
    expect(await stage.outcomes(...acknowledged)).toEqual(doneOnce(...acknowledged))
    expect(await next.says('runs without a job were enqueued again')).toMatchObject([{ count: 4 }])
    // The two that came back to life find that their runs have ended.
    await vi.waitFor(async () => expect(await ofReplica.send(['XLEN', JOBS])).toBe(0), PATIENCE_MS)
    expect(await stage.outcomes(...settledLater)).toEqual(doneOnce(...settledLater))
  })
})
