import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { testDatabases, type TestDatabase } from '../../test/databases.ts'
import { openTestServer, type ServerUnderTest } from '../../test/server-under-test.ts'
import { explainLetters } from '../dead-letters/explain-letters.ts'
import { openLetterRuns } from '../dead-letters/letter-runs.postgres.ts'
import { openPostgresQueue } from '../queue/queue.postgres.ts'
import type { JobId, Queue } from '../queue/queue.ts'
import { createLogger } from '../telemetry/logger.ts'

const kind = testDatabases()[0]
const hostile = `<script>alert(1)</script>"'>`
const password = 'correct horse battery'

describe.skipIf(kind?.missing)('the pages of dead letters', () => {
  let opened: TestDatabase
  let queue: Queue
  let server: ServerUnderTest

  beforeAll(async () => {
    if (!kind) throw new Error('there is no database')
    opened = await kind.open()
    queue = openPostgresQueue(opened.database, { log: createLogger('silent') })
    const deadLetters = explainLetters(queue, openLetterRuns(opened.database))
    server = await openTestServer({ deadLetters, dashboardPassword: password })
  })
  beforeEach(() => opened.database.script('truncate jobs, dead_letters'))
  afterAll(async () => {
    await server.close()
    await queue.close()
    await opened.drop()
  })

  async function bury(id: string, reason: string): Promise<void> {
    await queue.enqueue([{ id: id as JobId, kind: 'digest', payload: { day: hostile } }]) // any id will do
    const [job] = await queue.claim(
      { count: 1, leaseMs: 10_000, worker: 'test', waitMs: 0 },
      new AbortController().signal,
    )
    if (!job) throw new Error('the job could not be claimed')
    await queue.bury(job, reason)
  }

  async function ask(method: 'GET' | 'POST', path: string, headers: Record<string, string> = {}) {
    const authorization = `Basic ${Buffer.from(`me:${password}`).toString('base64')}`
    const form = method === 'POST' ? { 'content-type': 'application/x-www-form-urlencoded' } : {}
    const response = await fetch(server.url + path, {
      method,
      redirect: 'manual',
      headers: { authorization, ...form, ...headers },
    })
    const location = response.headers.get('location')
    return { status: response.status, text: await response.text(), ...(location !== null && { location }) }
  }

  test('there are none', async () => {
    expect((await ask('GET', '/dead-letters')).text).toContain('There are none.')
    expect(JSON.parse((await ask('GET', '/api/dead-letters')).text)).toEqual({ dead_letters: [] })
  })

  test('each has its cause and what to do, and none of its text is markup', async () => {
    await bury('a/b', `gave up: ${hostile}`)
    const list = (await ask('GET', '/dead-letters')).text
    const page = (await ask('GET', '/dead-letters/a%2Fb')).text
    expect(list).toContain('href="/dead-letters/a%2Fb"')
    for (const text of [list, page]) {
      expect(text).toContain('gave up: &lt;script&gt;')
      expect(text).not.toContain('<script')
    }
    expect(page).toContain('action="/dead-letters/a%2Fb/replay"')
    expect(page).toContain('Bring all processes to the same version')
    expect(JSON.parse((await ask('GET', '/api/dead-letters/a%2Fb')).text)).toMatchObject({
      id: 'a/b',
      reason: `gave up: ${hostile}`,
      payload: { day: hostile },
      run: null,
    })
  })

  test('a button has the work done again, or forgets it', async () => {
    await bury('one', 'x')
    await bury('two', 'x')
    const origin = { origin: server.url }
    expect(await ask('POST', '/dead-letters/one/replay', origin)).toMatchObject({
      status: 303,
      location: '/dead-letters?done=replayed',
    })
    expect(await ask('POST', '/dead-letters/two/discard', origin)).toMatchObject({
      location: '/dead-letters?done=discarded',
    })
    expect(await ask('POST', '/dead-letters/two/discard', origin)).toMatchObject({
      location: '/dead-letters?done=gone',
    })
    expect(await queue.depth()).toMatchObject({ ready: 1, deadLetters: 0 })
    expect((await ask('GET', '/dead-letters?done=replayed')).text).toContain('will be done again')
  })

  test('programs do the same over the API', async () => {
    await bury('one', 'x')
    const replayed = await ask('POST', '/api/dead-letters/one/replay')
    expect([replayed.status, JSON.parse(replayed.text)]).toEqual([200, { id: 'one', done: 'replayed' }])
    expect((await ask('POST', '/api/dead-letters/one/discard')).status).toBe(404)
    expect((await ask('POST', '/api/dead-letters/%00/discard')).status).toBe(404)
    expect((await ask('GET', '/api/dead-letters?limit=0')).status).toBe(400)
  })

  test.each<Record<string, string>>([
    { origin: 'https://stranger.example' },
    { origin: 'null' },
    { 'sec-fetch-site': 'cross-site' },
  ])('the page of a stranger changes nothing: %j', async (headers) => {
    await bury('one', 'x')
    for (const path of ['/dead-letters/one/discard', '/api/dead-letters/one/discard'])
      expect((await ask('POST', path, headers)).status).toBe(403)
    expect(await queue.depth()).toMatchObject({ deadLetters: 1 })
  })

  test('without the password nothing is shown or changed', async () => {
    await bury('one', 'x')
    const authorization = { authorization: 'Basic bWU6Z3Vlc3M=' }
    expect((await ask('GET', '/dead-letters', authorization)).status).toBe(401)
    expect((await ask('POST', '/dead-letters/one/discard', authorization)).status).toBe(401)
    expect(await queue.depth()).toMatchObject({ deadLetters: 1 })
  })

  test('an id that is none has a page that says so', async () => {
    expect(await ask('GET', '/dead-letters/none')).toMatchObject({
      status: 404,
      text: expect.stringContaining('There is no such dead letter') as string,
    })
  })
})
