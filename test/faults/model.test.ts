import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { ScriptedAnswer } from '../../emulators/llm/scripted-answer.ts'
import { openPrivatePostgres } from '../services.ts'
import { PATIENCE_MS } from './product-process.ts'
import { doneOnce, openStage, REPOSITORY, type Stage } from './stage.ts'

const database = await openPrivatePostgres(['fsync=off'])

describe.skipIf(!database)('a model in trouble', { timeout: 2 * PATIENCE_MS }, () => {
  let stage: Stage
  beforeAll(async () => {
    if (!database) return
    stage = await openStage({ postgresUrl: database.url, env: { LLM_TIMEOUT: '1s' } })
    await stage.start('start')
  })
  afterAll(async () => {
    await stage?.close()
    await database?.stop()
  })

  test.each<readonly [what: string, ScriptedAnswer]>([
    ['fails (500)', { kind: 'fault', fault: 'server-error' }],
    ['is overloaded (503)', { kind: 'fault', fault: 'overloaded' }],
    ['limits our rate', { kind: 'fault', fault: 'rate-limited', headers: { 'retry-after': '1' } }],
    ['resets the connection', { kind: 'reset' }],
    ['never answers', { kind: 'hang' }],
    ['is cut off in the middle of its answer', { kind: 'cut' }],
    ['sends one byte after the other', { kind: 'drip', text: '{"findings": []}', everyMs: 500 }],
    ['ends in the middle of a JSON', { kind: 'text', text: '{"findings": [{"start_tag": "a' }],
    ['stands behind a proxy that answers in HTML', { kind: 'http', status: 200, body: '<html></html>' }],
  ])('that %s is asked again, and the review is the same', async (_what, answer) => {
    stage.llm.answerNext(answer)
    const numbers = await stage.openTaken(1)
    expect(await stage.outcomes(...numbers)).toEqual(doneOnce(...numbers))
  })

  test('that fails longer than one question is asked again is asked anew by the next attempt', async () => {
    stage.llm.answerNext(...Array.from({ length: 4 }, () => ({ kind: 'reset' }) as const))
    const numbers = await stage.openTaken(1)
    expect(await stage.outcomes(...numbers)).toEqual(doneOnce(...numbers))
    expect((await stage.runs()).at(-1)?.attempt).toBeGreaterThan(1)
  })

  test('that refuses the question ends the run as failed, visibly and at once', async () => {
    const before = stage.llm.requests().length
    stage.llm.answerNext({ kind: 'fault', fault: 'bad-request' })
    const [number = 0] = await stage.openTaken(1)
    expect(await stage.outcomes(number)).toMatchObject([{ states: ['failed'], reviews: 0, checkRuns: 1 }])
    const head = await stage.github.head(REPOSITORY, number)
    expect(await stage.github.checkRuns(REPOSITORY, head)).toMatchObject([{ conclusion: 'failure' }])
    expect(stage.llm.requests().length - before).toBe(1)
  })

  test('whose job is replayed fails again while the cause lasts, and is reviewed once when it is mended', async () => {
    const refused = { kind: 'fault', fault: 'bad-request' } as const
    const replay = async (): Promise<void> => {
      const [run] = (await stage.runs()).slice(-1)
      await stage.command('dead-letters', 'replay', '--all')
      await vi.waitFor(
        async () => expect((await stage.runs()).at(-1)?.attempt).not.toBe(run?.attempt),
        PATIENCE_MS,
      )
    }
    const letters = async (): Promise<number> => {
      const listed: unknown = JSON.parse(await stage.command('dead-letters', 'list', '--json'))
      return Array.isArray(listed) ? listed.length : -1
    }
    // The job of the test before this one.
    await stage.command('dead-letters', 'discard', '--all', '--yes')
    stage.llm.answerNext(refused)
    const [number = 0] = await stage.openTaken(1)
    expect(await stage.outcomes(number)).toMatchObject([{ states: ['failed'] }])
    stage.llm.answerNext(refused)
    await replay()
    expect(await stage.outcomes(number)).toMatchObject([{ states: ['failed'] }])
    await vi.waitFor(async () => expect(await letters()).toBe(1), PATIENCE_MS)
    await replay()
    // The summary that told of the failure stays, with other words.
    expect(await stage.outcomes(number)).toEqual([{ ...doneOnce(number)[0], summaries: 1 }])
    expect(await letters()).toBe(0)
  })

  // Last, for nobody is asked for minutes after it.
  test('whose key is refused makes runs wait, asked once for all of them, and none of them is given up', async () => {
    const before = stage.llm.requests().length
    stage.llm.answerNext({ kind: 'fault', fault: 'bad-key' })
    await stage.openTaken(1)
    await stage.openTaken(1)
    const waiting = `select reason from jobs where available_at > now() and reason like '%is not asked before%'`
    await vi.waitFor(async () => expect(await stage.query(waiting)).toHaveLength(2), PATIENCE_MS)
    expect(stage.llm.requests().length - before).toBe(1)
    expect(await stage.query('select id from dead_letters')).toEqual([])
  })
})
