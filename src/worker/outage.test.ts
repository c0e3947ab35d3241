import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { openLlmEmulator, type LlmEmulator } from '../../emulators/llm/llm-emulator.ts'
import { testDatabases, type TestDatabase } from '../../test/databases.ts'
import { createManualClock } from '../../test/manual-clock.ts'
import { breakingModel } from '../llm/model.breaking.ts'
import { openModel } from '../llm/model.ai-sdk.ts'
import { openPostgresQueue } from '../queue/queue.postgres.ts'
import type { JobId } from '../queue/queue.ts'
import { createLogger } from '../telemetry/logger.ts'
import type { JobHandler } from './job-handler.ts'
import { startWorker } from './worker.ts'

const kind = testDatabases()[0]
const log = createLogger('silent')
const JOBS = 20
const STEP_MS = 30_000
const HOUR_MS = 3_600_000
const payload = z.object({ n: z.number() })
const answer = { name: 'n', description: 'A number', schema: z.object({ n: z.number() }) }

describe.skipIf(kind?.missing)('a model that is out for an hour', () => {
  let database: TestDatabase
  let emulator: LlmEmulator
  let isOut = true
  beforeAll(async () => {
    if (!kind) throw new Error('there is no database')
    database = await kind.open()
    emulator = await openLlmEmulator({
      answer: () => (isOut ? { kind: 'fault', fault: 'overloaded' } : { kind: 'json', value: { n: 1 } }),
    })
  })
  afterAll(() => Promise.all([database.drop(), emulator.close()]))

  test(
    'costs no job: it is asked rarely meanwhile, and all are done when it is back',
    { timeout: 60_000 },
    async () => {
      const clock = createManualClock()
      const queue = openPostgresQueue(database.database, { log, clock })
      const { baseUrl } = emulator
      const model = breakingModel(
        openModel({ provider: 'openai', model: 'm', apiKey: 'sk', baseUrl, timeoutMs: 10_000, clock }),
        { clock },
      )
      const done: number[] = []
      const handler: JobHandler<z.infer<typeof payload>> = {
        payload,
        handle: async ({ n }, { signal }) => {
          await model.ask(
            { purpose: 'find', system: 'Count.', prompt: String(n), answer, maxOutputTokens: 10 },
            signal,
          )
          done.push(n)
        },
      }
      const worker = startWorker({
        queue,
        handlers: { test: handler },
        clock,
        random: () => 0.5,
        log,
        metrics: { job: () => undefined, runWaited: () => undefined },
        name: 'worker under test',
        concurrency: 5,
        leaseMs: HOUR_MS,
      })
      const numbers = Array.from({ length: JOBS }, (_, n) => n)
      await queue.enqueue(numbers.map((n) => ({ id: `job ${n}` as JobId, kind: 'test', payload: { n } }))) // any text will do

      /** Lets so much time pass, and whatever is due happen. */
      async function pass(ms: number): Promise<void> {
        for (let passed = 0; passed < ms; passed += STEP_MS) {
          clock.advance(STEP_MS)
          await vi.waitFor(async () => expect(await queue.depth()).toMatchObject({ ready: 0, leased: 0 }), {
            timeout: 10_000,
            interval: 2,
          })
        }
      }
      await pass(HOUR_MS)
      expect(done).toEqual([])
      expect(await queue.depth()).toMatchObject({ delayed: JOBS, deadLetters: 0 })
      // Five that found it out, and one every five minutes at last.
      expect(emulator.requests().length).toBeLessThanOrEqual(5 + 20)

      isOut = false
      await pass(600_000)
      expect(done.toSorted((one, other) => one - other)).toEqual(numbers)
      expect(await queue.depth()).toMatchObject({ ready: 0, delayed: 0, leased: 0, deadLetters: 0 })

      const stopping = worker.stop(0)
      clock.advance(0)
      await stopping
      await queue.close()
    },
  )
})
