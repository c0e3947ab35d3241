import { fork, type ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest'
import { z } from 'zod'
import { openLlmEmulator, type LlmEmulator } from '../emulators/llm/llm-emulator.ts'
import { packageRoot } from '../src/base/package-root.ts'
import { openPostgres } from '../src/postgres/database.pg.ts'
import { migrate } from '../src/postgres/migrate.ts'
import { createLogger } from '../src/telemetry/logger.ts'
import { createDatabase } from './services.ts'

const answersSchema = z.array(z.object({ source: z.enum(['model', 'cache']), value: z.unknown() }))
type Answers = z.infer<typeof answersSchema>

let emulator: LlmEmulator
/** Held answers, until `release`. */
let held: (() => void)[]
let children: ChildProcess[]

beforeEach(async () => {
  held = []
  children = []
  emulator = await openLlmEmulator({
    needsKey: false,
    answer: async () => {
      await new Promise<void>((resolve) => held.push(resolve))
      return { kind: 'json', value: { ok: true } }
    },
  })
})
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL')
  await emulator.close()
})

/** Starts a process that asks so many times at once; `go` tells it to. */
async function openAsker(cacheUrl: string, prefix: string, times: number) {
  const script = path.join(packageRoot, 'dist/test/ask-at-once.js')
  const child = fork(script, [cacheUrl, prefix, emulator.baseUrl, String(times)])
  children.push(child)
  const ended = once(child, 'exit').then(() =>
    Promise.reject(new Error('the process ended without an answer')),
  )
  ended.catch(() => undefined)
  await Promise.race([once(child, 'message'), ended])
  return {
    kill: () => child.kill('SIGKILL'),
    go: async (): Promise<Answers> => {
      const message = once(child, 'message')
      child.send('go')
      const [answers] = (await Promise.race([message, ended])) as unknown[]
      return answersSchema.parse(answers)
    },
  }
}

function suite(open: () => Promise<{ url: string; close: () => Promise<void> }>): void {
  test('a hundred identical questions in four processes are paid once', async () => {
    const { url, close } = await open()
    const prefix = `test-${randomUUID()}`
    const askers = await Promise.all([1, 2, 3, 4].map(() => openAsker(url, prefix, 25)))
    const all = Promise.all(askers.map(({ go }) => go()))
    await expect.poll(() => held.length).toBe(1)
    held[0]?.()
    const answers = (await all).flat()
    expect(emulator.requests()).toHaveLength(1)
    expect(answers).toHaveLength(100)
    expect(answers.filter(({ source }) => source === 'model')).toHaveLength(1)
    expect(new Set(answers.map(({ value }) => JSON.stringify(value)))).toEqual(new Set(['{"ok":true}']))
    await close()
  })

  test('when the process that asks is killed, another one pays', async () => {
    const { url, close } = await open()
    const prefix = `test-${randomUUID()}`
    const first = await openAsker(url, prefix, 1)
    const second = await openAsker(url, prefix, 10)
    first.go().catch(() => undefined)
    await expect.poll(() => held.length).toBe(1)
    const answers = second.go()
    first.kill()
    await expect.poll(() => held.length, { timeout: 25_000 }).toBe(2)
    held[1]?.()
    expect((await answers).map(({ source }) => source).toSorted()).toEqual([
      ...Array.from({ length: 9 }, () => 'cache'),
      'model',
    ])
    await close()
  })
}

const redisUrl = inject('redisUrl')
describe.skipIf(redisUrl === undefined)('over Redis', () => {
  suite(() => Promise.resolve({ url: redisUrl ?? '', close: () => Promise.resolve() }))
})

const postgresUrl = inject('postgresUrl')
describe.skipIf(postgresUrl === undefined)('over PostgreSQL', () => {
  suite(async () => {
    const created = await createDatabase(postgresUrl ?? '')
    const database = openPostgres({ url: created.url, poolSize: 1, log: createLogger('silent') })
    await migrate(database)
    await database.close()
    return { url: created.url, close: () => created.drop() }
  })
})
