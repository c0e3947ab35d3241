import { describe, expect, test } from 'vitest'
import { testDatabases } from '../../test/databases.ts'
import { createManualClock } from '../../test/manual-clock.ts'
import type { Database } from '../postgres/database.ts'
import { createLogger } from '../telemetry/logger.ts'
import { keepReconciling } from './keep-reconciling.ts'

const INTERVAL_MS = 30_000

describe.each(testDatabases())('of several processes on $name', ({ missing, open }) => {
  test.skipIf(missing !== undefined)('one reconciles, and another takes over when it stops', async () => {
    const { database, drop } = await open()
    const clock = createManualClock()
    const first = start('first', database)
    await clock.sleepers(1)
    const second = start('second', database)
    await clock.sleepers(2)
    expect([first.sweeps(), second.sweeps()]).toEqual([1, 0])

    clock.advance(INTERVAL_MS)
    await clock.sleepers(2)
    expect([first.sweeps(), second.sweeps()]).toEqual([2, 0])

    await first.stop()
    clock.advance(INTERVAL_MS)
    await clock.sleepers(1)
    expect([first.sweeps(), second.sweeps()]).toEqual([2, 1])
    await second.stop()
    await drop()

    function start(name: string, on: Database) {
      let count = 0
      const stopping = new AbortController()
      const sweep = async (): Promise<void> => void count++
      const log = createLogger('silent').child({ name })
      const kept = keepReconciling({ sweep, database: on, clock, log }, INTERVAL_MS, stopping.signal)
      return {
        sweeps: () => count,
        stop: async () => {
          stopping.abort()
          await kept
        },
      }
    }
  })
})
