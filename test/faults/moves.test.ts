import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { freePort, openPrivatePostgres } from '../services.ts'
import { PATIENCE_MS, type ProductProcess } from './product-process.ts'
import { doneOnce, openStage, REPOSITORY, SECRET, type Stage } from './stage.ts'

const database = await openPrivatePostgres(['fsync=off'])

describe.skipIf(!database)('what happens on GitHub in mid-review', { timeout: 2 * PATIENCE_MS }, () => {
  let stage: Stage
  let product: ProductProcess
  beforeAll(async () => {
    if (!database) return
    stage = await openStage({ postgresUrl: database.url })
    product = await stage.start('start')
  })
  afterAll(async () => {
    await stage?.close()
    await database?.stop()
  })

  const nothing = { reviews: 0, comments: 0, checkRuns: 0, summaries: 0 }

  test('a push: nothing is said about the old head, and the new one is reviewed once', async () => {
    const release = stage.holdModel()
    const [number = 0] = await stage.openTaken(1)
    await stage.modelHolds(1)
    const old = await stage.github.head(REPOSITORY, number)
    await stage.push(number)
    release()
    expect(await stage.outcomes(number)).toEqual([
      { ...doneOnce(number)[0], states: ['superseded', 'completed'] },
    ])
    expect(await stage.github.reviews(REPOSITORY, number)).toHaveLength(1)
    expect(await stage.github.checkRuns(REPOSITORY, old)).toEqual([])
  })

  test.each<readonly [what: string, (number: number) => Promise<void>]>([
    ['closed', (number) => stage.github.closePullRequest(REPOSITORY, number)],
    ['merged', (number) => stage.github.closePullRequest(REPOSITORY, number, { merged: true })],
  ])('a pull request that is %s: nothing is said', async (_what, close) => {
    const release = stage.holdModel()
    const [number = 0] = await stage.openTaken(1)
    await stage.modelHolds(1)
    await close(number)
    release()
    expect(await stage.outcomes(number)).toEqual([{ number, states: ['superseded'], ...nothing }])
  })

  test('a repository that is gone (404): the run is skipped with the reason, at the first attempt', async () => {
    const release = stage.holdModel()
    const [number = 0] = await stage.openTaken(1)
    await stage.modelHolds(1)
    await stage.github.fail({
      kind: 'status',
      status: 404,
      body: { message: 'Not Found' },
      path: '/pulls/',
    })
    release()
    expect(await stage.outcomes(number)).toEqual([{ number, states: ['skipped'], ...nothing }])
    expect((await stage.runs()).at(-1)).toMatchObject({
      attempt: 1,
      reason: 'the pull request is gone, or we may not see it',
    })
  })

  test('an App that is suspended: the run fails with the reason, and nobody tries again', async () => {
    const release = stage.holdModel()
    const [number = 0] = await stage.openTaken(1)
    await stage.modelHolds(1)
    await stage.github.revokeTokens()
    const suspended = { message: 'This installation has been suspended' }
    await stage.github.fail({
      kind: 'status',
      status: 403,
      body: suspended,
      path: '/access_tokens$',
      times: 100,
    })
    release()
    expect(await stage.outcomes(number)).toEqual([{ number, states: ['failed'], ...nothing }])
    expect((await stage.runs()).at(-1)?.reason).toContain('suspended')
    const tried = (await stage.github.requests()).filter(({ status }) => status === 403)
    expect(tried.length).toBeLessThanOrEqual(4)
    await stage.github.clearFaults()
  })

  test('thirty pushes while the first head is read: the last one is reviewed, and every other one has its receipt', async () => {
    const release = stage.holdModel()
    const [number = 0] = await stage.openTaken(1)
    await stage.modelHolds(1)
    for (let pushes = 0; pushes < 30; pushes++) await stage.push(number)
    release()
    const [outcome] = await stage.outcomes(number)
    expect(outcome).toEqual({
      ...doneOnce(number)[0],
      states: [...Array.from({ length: 30 }, () => 'superseded'), 'completed'],
    })
    expect(await stage.github.reviews(REPOSITORY, number)).toHaveLength(1)
    const receipts = await stage.query<{ count: number }>(
      `select count(*)::integer as count from receipts join review_runs on review_runs.id = run_id
       join pull_requests on pull_requests.id = pull_request_id where pr_number = $1`,
      number,
    )
    expect(receipts).toEqual([{ count: 31 }])
  })

  test('deliveries in reverse, late, fifty times over and under other ids: only the newest head is reviewed, once', async () => {
    const url = `${product.url}/webhooks/github`
    // Nobody is there: GitHub keeps what it could not deliver.
    await stage.github.setWebhook({ url: `http://127.0.0.1:${await freePort()}/`, secret: SECRET })
    const number = await stage.open()
    await stage.push(number)
    await stage.push(number)
    // The reconciler may have had them delivered once more already, to nobody.
    const missed = (await stage.github.deliveries()).filter(
      ({ statusCode, redelivery }) => statusCode === 0 && !redelivery,
    )
    expect(missed.map(({ action, statusCode }) => [action, statusCode])).toEqual([
      ['opened', 0],
      ['synchronize', 0],
      ['synchronize', 0],
    ])
    await stage.github.setWebhook({ url, secret: SECRET })
    for (const { id, event, request } of missed.toReversed()) {
      await Promise.all(Array.from({ length: 50 }, () => stage.github.redeliver(id)))
      await stage.github.deliver(event, request.payload)
    }
    expect(await stage.outcomes(number)).toEqual(doneOnce(number))
    expect(await stage.github.reviews(REPOSITORY, number)).toHaveLength(1)
    const answers = (await stage.github.deliveries()).slice(-3 * 51)
    expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([202]))
  })

  test('while the server is down: when it is back it has GitHub deliver again, and everything is reviewed once', async () => {
    await product.kill()
    const numbers = [await stage.open(), await stage.open()]
    product = await stage.start('start')
    expect(await stage.outcomes(...numbers)).toEqual(doneOnce(...numbers))
    const asked = (await stage.github.deliveries()).filter(({ redelivery }) => redelivery)
    expect(asked.length).toBeGreaterThan(0)
  })

  test('and no delivery tells of it, ever, nor a log, for there is but a token: it is found on GitHub, and reviewed once', async () => {
    await product.kill()
    product = await stage.start('start', {
      GITHUB_APP_ID: '',
      GITHUB_PRIVATE_KEY: '',
      GITHUB_TOKEN: stage.github.token,
      CATCH_UP_INTERVAL: '1s',
    })
    const [pushed = 0] = await stage.openTaken(1)
    await stage.outcomes(pushed)
    await stage.github.setWebhook(undefined)
    await stage.push(pushed)
    const opened = await stage.open()
    // A token cannot have check runs: a summary is in their place.
    const once = { reviews: 1, comments: 1, checkRuns: 0, summaries: 1 }
    await vi.waitFor(
      async () =>
        expect(await stage.outcomes(pushed, opened)).toEqual([
          { number: pushed, states: ['completed', 'completed'], ...once },
          { number: opened, states: ['completed'], ...once },
        ]),
      { timeout: PATIENCE_MS, interval: 200 },
    )
    await product.says('heads were found on GitHub that no delivery told of')
  })
})
