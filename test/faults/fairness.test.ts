import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { openPrivatePostgres, openPrivateRedis } from '../services.ts'
import { PATIENCE_MS } from './product-process.ts'
import { openStage } from './stage.ts'

const NOISY = 30
const TURNS = 4
const CONCURRENCY = 2

describe.each(['PostgreSQL', 'Redis'])('a repository with many pull requests at once, on %s', (queue) => {
  test(
    'does not hold up a quiet one, and all of its own are reviewed',
    { timeout: 3 * PATIENCE_MS },
    async ({ skip }) => {
      const database = await openPrivatePostgres(['fsync=off'])
      const redis = queue === 'Redis' ? await openPrivateRedis([]) : undefined
      onTestFinished(async () => void (await Promise.all([database?.stop(), redis?.stop()])))
      if (!database || (queue === 'Redis' && !redis)) return skip('no server of this kind on this machine')
      const stage = await openStage({
        postgresUrl: database.url,
        ...(redis && { redisUrl: redis.url }),
        env: {
          WORKER_CONCURRENCY: String(CONCURRENCY),
          REPOSITORY_RUNS: String(TURNS),
          // Nothing is left to the reconciler, which would enqueue what has its turn as well.
          RECONCILE_INTERVAL: '1h',
        },
      })
      onTestFinished(() => stage.close())
      await stage.start('serve')
      const release = stage.holdModel()
      await stage.openTaken(NOISY)
      await stage.openIn('octo-org/quiet')
      await stage.start('work')
      await stage.modelHolds(CONCURRENCY)
      release()

      const ended = await vi.waitFor(
        async () => {
          const rows = await stage.query<{ repository: string; state: string }>(
            `select pull_requests.repo_full_name as repository, run.state from review_runs as run
           join pull_requests on pull_requests.id = pull_request_id
           where ended_at is not null order by started_at`,
          )
          if (rows.length <= NOISY) throw new Error(`${rows.length} have ended`)
          return rows
        },
        { timeout: 2 * PATIENCE_MS, interval: 200 },
      )
      expect(new Set(ended.map(({ state }) => state))).toEqual(new Set(['completed']))
      const place = ended.findIndex(({ repository }) => repository === 'octo-org/quiet')
      // Behind those that had their turn before it came, and were claimed beside it.
      expect(place).toBeLessThanOrEqual(TURNS + CONCURRENCY)
    },
  )
})
