import { z } from 'zod'
import { randomIds, type IdSource } from '../base/ids.ts'
import { replyCode } from '../redis/redis-error.ts'
import type { Redis } from '../redis/redis.ts'
import type { AnswerCache, AnswerKey } from './answer-cache.ts'
import * as scripts from './answer-scripts.redis.ts'
import { CacheFullError } from './cache-full-error.ts'

export interface RedisAnswerCacheOptions {
  /** Letters, digits and `_:.-`: keeps caches that share a Redis apart. */
  readonly prefix: string
  readonly newToken?: IdSource
}

/** Keys looked at in one step when all are: none keeps the server from others for long. */
const BATCH = 500

const turn = z.union([z.tuple([z.string()]), z.literal([0, 1])])
const scanned = z.tuple([z.string(), z.array(z.string())])
const measured = z.tuple([z.int(), z.int()])

/** Answers in Redis, where they expire by themselves, and may be evicted before. */
export function openRedisAnswerCache(
  redis: Redis,
  { prefix, newToken = randomIds }: RedisAnswerCacheOptions,
): AnswerCache {
  // The braces keep all keys in one slot of a cluster, as those of the queue are.
  const answers = `{${prefix}}:answer:`
  const answerName = (key: AnswerKey): string => `${answers}${key}`
  const askingName = (key: AnswerKey): string => `{${prefix}}:asking:${key}`

  /** The names of all answers, in batches. One that comes or goes meanwhile may be left out, or come twice. */
  async function* answerNames(): AsyncGenerator<readonly string[]> {
    let cursor = '0'
    do {
      const reply = await redis.send(['SCAN', cursor, 'MATCH', `${answers}*`, 'COUNT', String(BATCH)])
      const [next, names] = scanned.parse(reply)
      if (names.length > 0) yield names
      cursor = next
    } while (cursor !== '0')
  }

  return {
    take: async (key, leaseMs) => {
      const token = newToken()
      const names = [answerName(key), askingName(key)]
      const reply = turn.parse(
        await redis.run(scripts.take, names, [token, String(leaseMs)]).catch(refuseWhenFull),
      )
      if (typeof reply !== 'number') return { kind: 'kept', entry: reply[0] }
      return reply === 1 ? { kind: 'lease', lease: { key, token } } : { kind: 'taken' }
    },
    extend: async ({ key, token }, leaseMs) =>
      (await redis.run(scripts.extend, [askingName(key)], [token, String(leaseMs)])) === 1,
    keep: async ({ key, token }, entry, { ttlMs, repository }) => {
      const names = [answerName(key), askingName(key)]
      await redis.run(scripts.keep, names, [token, entry, repository, String(ttlMs)])
    },
    giveUp: async ({ key, token }) => {
      await redis.run(scripts.giveUp, [askingName(key)], [token])
    },
    remove: async (key, entry) => {
      await redis.run(scripts.remove, [answerName(key)], [entry])
    },
    stats: async () => {
      let [entries, bytes] = [0, 0]
      for await (const names of answerNames()) {
        const [more, moreBytes] = measured.parse(await redis.run(scripts.measure, names, []))
        entries += more
        bytes += moreBytes
      }
      return { entries, bytes }
    },
    purge: async (repository) => {
      let removed = 0
      for await (const names of answerNames()) {
        const args = repository === undefined ? [] : [repository]
        removed += z.int().parse(await redis.run(scripts.purge, names, args))
      }
      return removed
    },
  }
}

/** The script reads before it writes: it is the lease for which there is no room. */
function refuseWhenFull(error: unknown): never {
  throw replyCode(error) === 'OOM' ? new CacheFullError('Redis is full', { cause: error }) : error
}
