import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseJson } from '../../src/base/json.ts'
import { openPrivatePostgres, openPrivateRedis } from '../services.ts'
import { PATIENCE_MS } from './product-process.ts'
import { doneOnce, openStage, REPOSITORY, type Stage } from './stage.ts'

const database = await openPrivatePostgres(['fsync=off'])
const redis = await openPrivateRedis()

describe.skipIf(!database || !redis)(
  'a job that kills its process each time',
  { timeout: 4 * PATIENCE_MS },
  () => {
    let stage: Stage

    beforeAll(async () => {
      if (!database || !redis) return
      stage = await openStage({ postgresUrl: database.url, redisUrl: redis.url })
      await stage.start('serve')
    })
    afterAll(async () => {
      await stage?.close()
      await Promise.all([database?.stop(), redis?.stop()])
    })

    test('is given up after four attempts, visibly, and the others go on meanwhile', async () => {
      stage.holdModel(1)
      const [poison = 0] = await stage.openTaken(1)
      for (let death = 1; death <= 4; death++) {
        const worker = await stage.start('work')
        await stage.modelHolds(death)
        const others = await stage.openTaken(1)
        expect(await stage.outcomes(...others)).toEqual(doneOnce(...others))
        await worker.kill()
      }
      await stage.start('work')
      expect(await stage.outcomes(poison)).toMatchObject([{ states: ['failed'], reviews: 0, checkRuns: 1 }])
      const head = await stage.github.head(REPOSITORY, poison)
      expect(await stage.github.checkRuns(REPOSITORY, head)).toMatchObject([{ conclusion: 'failure' }])
      expect(parseJson(await stage.command('dead-letters', 'list', '--json'))).toMatchObject([
        { reason: expect.stringContaining('its worker died') as string },
      ])
    })
  },
)
