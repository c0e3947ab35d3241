import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { openPrivatePostgres, openPrivateRedis } from '../services.ts'
import { PATIENCE_MS, type ProductProcess } from './product-process.ts'
import { doneOnce, openStage, SECRET, type Stage } from './stage.ts'

const database = await openPrivatePostgres(['fsync=off'])
const redis = await openPrivateRedis()

describe.skipIf(!database || !redis)('a process that is told to end', { timeout: 3 * PATIENCE_MS }, () => {
  let stage: Stage
  let web: ProductProcess

  beforeAll(async () => {
    if (!database || !redis) return
    stage = await openStage({ postgresUrl: database.url, redisUrl: redis.url })
    web = await stage.start('serve', { GITHUB_WEBHOOK_SECRET: `${SECRET},the next secret` })
  })
  afterAll(async () => {
    await stage?.close()
    await Promise.all([database?.stop(), redis?.stop()])
  })

  /**
   * Opens five pull requests and lets the worker come to a stage with each: reading the files, asking the model, before
   * the review is written, after it was written and before its answer, and before the check run is written.
   */
  async function stopAtFiveStages(): Promise<{ numbers: readonly number[]; release: () => void }> {
    const first = (await stage.runs()).length + 1
    const [reading, asking, writing, written, checking] = [first, first + 4, first + 1, first + 2, first + 3]
    const hung = await countHung()
    const reviewOf = (number: number): string => `/pulls/${number}/reviews$`
    await stage.github.fail({ kind: 'hang', path: `/pulls/${reading}/files` })
    await stage.github.fail({ kind: 'hang', method: 'POST', path: reviewOf(writing) })
    await stage.github.fail({ kind: 'after', answer: 'hang', method: 'POST', path: reviewOf(written) })
    await stage.github.fail({ kind: 'hang', method: 'POST', path: '/check-runs$' })
    const numbers = await stage.openTaken(4)
    expect(numbers).toEqual([reading, writing, written, checking])
    await vi.waitFor(async () => expect(await countHung()).toBe(hung + 4), PATIENCE_MS)
    const release = stage.holdModel()
    expect(await stage.openTaken(1)).toEqual([asking])
    await stage.modelHolds(1)
    return { numbers: [...numbers, asking], release }
  }

  async function countHung(): Promise<number> {
    const requests = await stage.github.requests()
    return requests.filter(({ fault, status }) => fault !== undefined && status === undefined).length
  }

  test('by SIGTERM hands back what is left after the grace, whatever stage it is in, and exits with 0', async () => {
    const worker = await stage.start('work', { SHUTDOWN_GRACE: '1s' })
    const { numbers, release } = await stopAtFiveStages()
    worker.signal('SIGTERM')
    expect(await worker.ended).toBe(0)
    release()
    const next = await stage.start('work')
    expect(await stage.outcomes(...numbers)).toEqual(doneOnce(...numbers))
    await next.kill()
  })

  test('by SIGKILL loses nothing and leaves nothing to be said twice, whatever stage it is in', async () => {
    const worker = await stage.start('work')
    const { numbers, release } = await stopAtFiveStages()
    await worker.kill()
    release()
    const next = await stage.start('work')
    expect(await stage.outcomes(...numbers)).toEqual(doneOnce(...numbers))
    await next.kill()
  })

  test('by SIGINT lets its work come to the end, and exits with 0', async () => {
    const worker = await stage.start('work')
    const release = stage.holdModel()
    const numbers = await stage.openTaken(2)
    await stage.modelHolds(2)
    worker.signal('SIGINT')
    await worker.says('letting jobs finish')
    release()
    expect(await worker.ended).toBe(0)
    expect(await stage.outcomes(...numbers)).toEqual(doneOnce(...numbers))
    const attempts = (await stage.runs()).slice(-2).map(({ attempt }) => attempt)
    expect(attempts).toEqual([1, 1])
  })

  test('by a second SIGTERM, or by SIGHUP, ends at once, and another does its work', async () => {
    const release = stage.holdModel()
    const workers = [
      await stage.start('work', { WORKER_CONCURRENCY: '1' }),
      await stage.start('work', { WORKER_CONCURRENCY: '1' }),
    ] as const
    const numbers = await stage.openTaken(2)
    await stage.modelHolds(2)
    workers[0].signal('SIGTERM')
    await workers[0].says('letting jobs finish')
    workers[0].signal('SIGTERM')
    workers[1].signal('SIGHUP')
    expect(await Promise.all(workers.map(({ ended }) => ended))).toEqual([143, 'SIGHUP'])
    release()
    const next = await stage.start('work')
    expect(await stage.outcomes(...numbers)).toEqual(doneOnce(...numbers))
    await next.kill()
  })

  test('and is frozen instead (SIGSTOP) for longer than its lease, finds that another has its work, and says nothing', async () => {
    const release = stage.holdModel()
    const frozen = await stage.start('work', { WORKER_CONCURRENCY: '1' })
    const numbers = await stage.openTaken(1)
    await stage.modelHolds(1)
    frozen.signal('SIGSTOP')
    const other = await stage.start('work')
    await stage.modelHolds(2)
    release()
    expect(await stage.outcomes(...numbers)).toEqual(doneOnce(...numbers))
    frozen.signal('SIGCONT')
    const settled = await frozen.says('job settled')
    expect(settled).toMatchObject([{ outcome: 'lease-lost' }])
    expect(await stage.outcomes(...numbers)).toEqual(doneOnce(...numbers))
    await Promise.all([frozen.kill(), other.kill()])
  })

  test('while GitHub changes the webhook secret, every delivery is taken', async () => {
    const url = `${web.url}/webhooks/github`
    const pings = Array.from({ length: 200 }, async (_, index) => {
      if (index === 100) await stage.github.setWebhook({ url, secret: 'the next secret' })
      return await stage.github.deliver('ping', { zen: 'Design for failure.', hook_id: index })
    })
    const answers = await Promise.all(pings)
    expect(new Set(answers.map((answer) => answer?.statusCode))).toEqual(new Set([202]))
    const signatures = answers.map((answer) => answer?.request.headers['x-hub-signature-256'])
    expect(new Set(signatures).size).toBe(200)
    await stage.github.setWebhook({ url, secret: SECRET })
  })

  test('a thousand repositories, events and actions add no series to the metrics', async () => {
    const series = async (): Promise<readonly string[]> => {
      const text = await (await fetch(`${web.url}/metrics`)).text()
      return text
        .split('\n')
        .filter((line) => line.startsWith('lorgnette_'))
        .map((line) => line.replace(/ \S+$/, ''))
    }
    const template = (await stage.github.deliveries()).find(({ action }) => action === 'opened')
    const payload = template?.request.payload as { repository: object; pull_request: object } // sent by us
    const deliver = async (name: string): Promise<void> => {
      const repository = { ...payload.repository, full_name: `owner-${name}/shop`, name: 'shop' }
      await stage.github.deliver('pull_request', { ...payload, action: 'labeled', repository })
      await stage.github.deliver(`event_${name}`, { action: name, repository })
    }
    await deliver('first')
    const before = await series()
    const names = Array.from({ length: 1_000 }, (_, index) => `n${index}`)
    for (let start = 0; start < names.length; start += 50)
      await Promise.all(names.slice(start, start + 50).map(deliver))
    expect(await series()).toEqual(before)
  })
})
