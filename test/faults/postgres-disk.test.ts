import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openPrivatePostgres } from '../services.ts'
import { PATIENCE_MS, type ProductProcess } from './product-process.ts'
import { openSmallDisk } from './small-disk.ts'
import { doneOnce, openStage, type Stage } from './stage.ts'

const server = await openPrivatePostgres(['fsync=off'])
const disk = openSmallDisk(24)

/** The tables are on the small disk, the log of changes is not: a server without room for that one stops by itself. */
describe.skipIf(!server || !disk)('a disk without room for the tables', { timeout: 2 * PATIENCE_MS }, () => {
  let stage: Stage
  let web: ProductProcess

  beforeAll(async () => {
    if (!server || !disk) return
    const tables = path.join(disk.folder, 'tables')
    mkdirSync(tables)
    execFileSync('chown', ['postgres', tables])
    stage = await openStage({ postgresUrl: server.url })
    await stage.query(`create tablespace small location '${tables}'`)
    await stage.query('alter system set default_tablespace = small')
    await stage.query('select pg_reload_conf()')
    web = await stage.start('start')
  })
  afterAll(async () => {
    await stage?.close()
    await server?.stop()
    disk?.remove()
  })

  test('accepts nothing that it cannot keep, keeps all that it accepted, and goes on when there is room', async () => {
    const release = stage.holdModel()
    const under = await stage.openTaken(2)
    await stage.modelHolds(2)
    disk?.fill()
    const pings: { readonly guid: string; readonly statusCode: number }[] = []
    // Pages that were begun have room for some more.
    while (pings.length < 1_000 && pings.every(({ statusCode }) => statusCode === 202)) {
      const ping = await stage.github.deliver('ping', { zen: 'Keep it logically awesome.', hook_id: 1 })
      if (ping) pings.push(ping)
    }
    expect(pings.at(-1)).toMatchObject({ statusCode: 503 })
    const [line] = await web.says('delivery could not be stored')
    expect(line).toMatchObject({ problem: expect.stringContaining('53100') as string })
    const kept = await stage.query<{ id: string }>(`select id from webhook_deliveries where name = 'ping'`)
    expect(kept.map(({ id }) => id).sort()).toEqual(
      pings
        .slice(0, -1)
        .map(({ guid }) => guid)
        .sort(),
    )
    release()
    disk?.clear()
    await stage.redeliverRefused()
    expect(await stage.outcomes(...under)).toEqual(doneOnce(...under))
  })
})
