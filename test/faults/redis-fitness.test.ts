import { afterAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { openPrivatePostgres, openPrivateRedis, type PrivateRedis } from '../services.ts'
import { PATIENCE_MS } from './product-process.ts'
import { openSmallDisk } from './small-disk.ts'
import { doneOnce, openStage, type Stage } from './stage.ts'

const database = await openPrivatePostgres(['fsync=off'])
const disk = openSmallDisk(8)
const evicting = ['--maxmemory', '100mb', '--maxmemory-policy', 'allkeys-lru']

describe.skipIf(!database)('a Redis that would lose jobs', { timeout: 2 * PATIENCE_MS }, () => {
  afterAll(() => database?.stop())

  /** A stage on a Redis with these settings. Closed when the test ends. */
  async function openOn(settings: readonly string[]): Promise<{ stage: Stage; redis: PrivateRedis }> {
    const redis = await openPrivateRedis(settings)
    if (!redis || !database) throw new Error('there is no Redis on this machine')
    const stage = await openStage({ postgresUrl: database.url, redisUrl: redis.url })
    onTestFinished(async () => {
      await stage.close()
      await redis.stop()
    })
    return { stage, redis }
  }

  test.each(['serve', 'work'] as const)(
    'because it evicts keys is refused at the start of `%s`, with the setting that cures it',
    async (command) => {
      const { stage } = await openOn(evicting)
      const refused = await stage.start(command)
      expect(await refused.ended).toBe(1)
      expect(
        refused
          .log()
          .map(({ msg }) => msg)
          .join('\n'),
      ).toMatch(/allkeys-lru.*set noeviction/)
    },
  )

  test('because it writes nothing down is taken with a warning', async () => {
    const { stage } = await openOn(['--appendonly', 'no'])
    const web = await stage.start('serve')
    expect(await web.says('Redis is worth a look')).toMatchObject([
      { level: 'warn', warning: expect.stringContaining('appendonly is off') as string },
    ])
  })

  test.skipIf(!disk)(
    'because its disk is full refuses them, costs no delivery, and goes on when there is room',
    async () => {
      if (!disk) return
      onTestFinished(() => disk.remove())
      const { stage } = await openOn(['--dir', disk.folder, '--appendonly', 'yes'])
      const web = await stage.start('serve')
      await stage.start('work')
      disk.fill()
      const numbers = [...(await stage.openTaken(1))]
      // The write that fills the page that was begun is taken; then Redis notices.
      await vi.waitFor(
        async () => {
          numbers.push(...(await stage.openTaken(1)))
          expect(web.log().some(({ problem }) => /MISCONF/.test(String(problem)))).toBe(true)
        },
        { timeout: PATIENCE_MS, interval: 500 },
      )
      disk.clear()
      expect(await stage.outcomes(...numbers)).toEqual(doneOnce(...numbers))
    },
  )
})
