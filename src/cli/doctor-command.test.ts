import { expect, test } from 'vitest'
import { CapturedOutput } from '../../test/captured-output.ts'
import { isAbort } from '../base/errors.ts'
import { runDoctor, type Check, type CheckResult } from './doctor-command.ts'

const { signal } = new AbortController()

function check(name: string, run: (signal: AbortSignal) => Promise<CheckResult>): Check {
  return { name, deadlineMs: 30, run }
}
const finds = (name: string, result: CheckResult): Check => check(name, () => Promise.resolve(result))

async function doctor(checks: readonly Check[], { json = false, isTTY = false } = {}) {
  const stdout = new CapturedOutput({ isTTY })
  const code = await runDoctor(checks, { json, terminal: { stdout } }, signal)
  return { code, text: stdout.text }
}

const some = [
  finds('settings', { state: 'ok', detail: 'all can be read' }),
  finds('store', { state: 'warning', detail: 'one\ntwo', cure: 'do this' }),
  finds('queue', { state: 'skipped', detail: 'the store is not ready' }),
]
const failed = finds('model', { state: 'failed', detail: 'the key is wrong', cure: 'set another' })

test('each check has a line with what it found, and one with how to mend it', async () => {
  expect(await doctor([...some, failed])).toEqual({
    code: 1,
    text: `✓ settings: all can be read
! store: one
  two
  → do this
– queue: the store is not ready
✗ model: the key is wrong
  → set another
`,
  })
})

test('all is well while nothing failed', async () => {
  expect((await doctor(some)).code).toBe(0)
})

test('JSON is one object with the same in it', async () => {
  const { code, text } = await doctor([...some, failed], { json: true })
  expect(code).toBe(1)
  expect(JSON.parse(text)).toEqual({
    ok: false,
    checks: [
      { name: 'settings', state: 'ok', detail: 'all can be read' },
      { name: 'store', state: 'warning', detail: 'one\ntwo', cure: 'do this' },
      { name: 'queue', state: 'skipped', detail: 'the store is not ready' },
      { name: 'model', state: 'failed', detail: 'the key is wrong', cure: 'set another' },
    ],
  })
})

test('a check that throws, or does not answer, is told with what to look at', async () => {
  const cure = () => 'see that it runs'
  const throws = { ...check('store', () => Promise.reject(new Error('refused'))), cure }
  const hangs = { ...check('model', () => new Promise(() => undefined)), cure }
  expect((await doctor([throws, hangs])).text).toBe(`✗ store: refused
  → see that it runs
✗ model: no answer within 0.03 s
  → see that it runs
`)
})

test('a check that throws has failed, and the next ones go on', async () => {
  const throws = check('store', () => Promise.reject(new Error('no', { cause: new Error('refused') })))
  expect((await doctor([throws, ...some])).text).toMatch(/^✗ store: no: refused\n✓ settings/)
})

test('a check that does not come back has failed', async () => {
  const deaf = check('GitHub', () => new Promise(() => undefined))
  const polite = check('model', async (signal) => {
    await new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('late'))))
    return { state: 'ok', detail: '' }
  })
  expect((await doctor([deaf, polite])).text).toBe(
    '✗ GitHub: no answer within 0.03 s\n✗ model: no answer within 0.03 s\n',
  )
})

test('an abort ends it', async () => {
  const stdout = new CapturedOutput()
  const controller = new AbortController()
  const waits = check('GitHub', () => {
    controller.abort()
    return new Promise(() => undefined)
  })
  const running = runDoctor([waits], { json: false, terminal: { stdout } }, controller.signal)
  await expect(running).rejects.toSatisfy(isAbort)
})

test('what outside systems say reaches the terminal as text alone', async () => {
  const evil = finds('GitHub', { state: 'failed', detail: 'the App \u001B[2Jowned', cure: '\u001B[31m' })
  expect((await doctor([evil])).text).not.toContain('\u001B')
  expect((await doctor(some, { isTTY: true })).text).toContain('\u001B[32m✓\u001B[39m')
})
