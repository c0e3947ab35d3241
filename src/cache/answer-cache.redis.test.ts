import { randomUUID } from 'node:crypto'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { createManualClock } from '../../test/manual-clock.ts'
import { openPrivateRedis } from '../../test/services.ts'
import { errorKind, errorMessage } from '../base/errors.ts'
import { openRedis } from '../redis/open-redis.ts'
import { createLogger } from '../telemetry/logger.ts'
import { openRedisAnswerCache } from './answer-cache.redis.ts'
import type { AnswerKey } from './answer-cache.ts'
import { guardedCache } from './guarded-cache.ts'

const server = await openPrivateRedis()
const [known, unknown] = ['a'.repeat(64), 'b'.repeat(64)] as [AnswerKey, AnswerKey] // as long as keys are

describe.skipIf(!server)('the cache on a Redis that is full', () => {
  afterAll(() => server?.stop())

  test('finds what it has kept, keeps nothing new, and says so once', async () => {
    if (!server) throw new Error('there is no Redis')
    const lines: string[] = []
    const log = createLogger('info', { write: (line: string) => void lines.push(line) })
    const redis = openRedis({ url: server.url, log })
    onTestFinished(() => redis.close())
    const clock = createManualClock()
    const cache = guardedCache(openRedisAnswerCache(redis, { prefix: randomUUID() }), { clock, log })
    const turn = await cache.take(known, 10_000)
    if (turn.kind !== 'lease') throw new Error('there is no lease')
    await cache.keep(turn.lease, 'an answer', { ttlMs: 60_000, repository: 'octo/hello' })
    await redis.send(['CONFIG', 'SET', 'maxmemory-policy', 'noeviction', 'maxmemory', '1'])

    for (let times = 0; times < 3; times++) {
      const refused = await cache.take(unknown, 10_000).catch((error: unknown) => error)
      expect([errorKind(refused), errorMessage(refused)]).toEqual([
        'retryable',
        expect.stringContaining('OOM'),
      ])
      expect(await cache.take(known, 10_000)).toEqual({ kind: 'kept', entry: 'an answer' })
      clock.advance(6_000)
    }
    expect(lines.map((line) => (JSON.parse(line) as { readonly msg: string }).msg)).toEqual([
      'the cache is full: no more answers are kept',
    ])

    await redis.send(['CONFIG', 'SET', 'maxmemory', '0'])
    expect(await cache.take(unknown, 10_000)).toMatchObject({ kind: 'lease' })
  })
})
