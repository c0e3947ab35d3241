import { once } from 'node:events'
import { z } from 'zod'
import { systemClock } from '../src/base/clock.ts'
import { openPostgresAnswerCache } from '../src/cache/answer-cache.postgres.ts'
import { openRedisAnswerCache } from '../src/cache/answer-cache.redis.ts'
import { cachedModels } from '../src/cache/model.cached.ts'
import { openModel } from '../src/llm/model.ai-sdk.ts'
import { sharedModel } from '../src/llm/model-source.ts'
import type { Question } from '../src/llm/model.ts'
import { openPostgres } from '../src/postgres/database.pg.ts'
import { openRedis } from '../src/redis/open-redis.ts'
import { createLogger } from '../src/telemetry/logger.ts'

/*
 * A process of its own that asks one question many times at once, when it is told to. It says `ready` first, and at last
 * who answered: `model` or `cache` for each.
 */

const log = createLogger('silent')
const [cacheUrl = '', prefix = '', baseUrl = '', times = ''] = process.argv.slice(2)
const opened = cacheUrl.startsWith('redis:')
  ? openRedis({ url: cacheUrl, log })
  : openPostgres({ url: cacheUrl, poolSize: 4, log })
const cache =
  'openReader' in opened ? openRedisAnswerCache(opened, { prefix }) : openPostgresAnswerCache(opened)

const asked = { provider: 'openai-compatible', model: 'emulated', baseUrl } as const
const model = cachedModels(sharedModel(openModel({ ...asked, timeoutMs: 30_000 })), {
  cache,
  asked: { ...asked, parameters: {} },
  scope: 'installation',
  ttlMs: 60_000,
  clock: systemClock,
  random: Math.random,
  observer: { lookup: () => undefined, badEntry: () => undefined, error: () => undefined },
}).forRun({ tenant: '77', repository: 'octo/hello', runId: String(process.pid) })
const question: Question = {
  purpose: 'probe',
  system: 'Answer in JSON.',
  prompt: 'Are you there?',
  answer: { name: 'probe', description: 'Whether it works.', schema: z.object({ ok: z.boolean() }) },
  maxOutputTokens: 50,
}

await cache.stats() // connected
process.send?.('ready')
await once(process, 'message')
const answers = await Promise.all(
  Array.from({ length: Number(times) }, () => model.ask(question, new AbortController().signal)),
)
process.send?.(answers.map(({ source, value }) => ({ source, value })))
await opened.close()
process.disconnect()
