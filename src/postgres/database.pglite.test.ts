import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, describe, expect, test } from 'vitest'
import { createPgliteFolder } from '../../test/databases.ts'
import { packageRoot } from '../base/package-root.ts'
import { errorKind } from '../base/errors.ts'
import { createLogger } from '../telemetry/logger.ts'
import { databaseContract } from './database.contract.ts'
import { openPglite } from './database.pglite.ts'
import { statement, type Database } from './database.ts'

const log = createLogger('silent')
const drops: (() => Promise<void>)[] = []
afterAll(async () => {
  for (const drop of drops) await drop()
})
const usedFolder = async (): Promise<string> => {
  const { folder, drop } = await createPgliteFolder()
  drops.push(drop)
  return folder
}
const open = (folder: string): Promise<Database> => openPglite({ folder, log })

describe('PGlite', () => {
  databaseContract(async () => {
    const { folder, drop } = await createPgliteFolder()
    return { database: await open(folder), drop }
  })
})

const count = statement<{ count: number }>('count', 'select count(*) from kept')

test('a folder without a database gets one, whatever a killed process left half made', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'lorgnette-pglite-'))
  drops.push(async () => rmSync(folder, { recursive: true, force: true }))
  mkdirSync(path.join(folder, 'postgres.new-1'))
  const database = await open(folder)
  await database.script('create table kept (id integer)')
  expect(await database.run(count)).toEqual([{ count: 0 }])
  await database.close()
  expect(readdirSync(folder)).toEqual(['postgres'])
})

test('what was answered survives the process being killed, and the dead process blocks nobody', async () => {
  const folder = await usedFolder()
  const child = spawn(process.execPath, ['--input-type=module', '-e', writeForEver(folder)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let acknowledged = 0
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    acknowledged += text.length
    if (acknowledged > 200) child.kill('SIGKILL')
  })
  await once(child, 'exit')
  const database = await open(folder)
  const [row] = await database.run(count)
  expect(acknowledged).toBeGreaterThan(200)
  expect(row?.count).toBeGreaterThanOrEqual(acknowledged)
  await database.close()
  expect(readdirSync(folder)).toEqual(['postgres'])
})

test('a folder that a living process has is refused with its number, the folder and the cure', async () => {
  const folder = await usedFolder()
  const database = await open(folder)
  const second = open(folder)
  await expect(second).rejects.toThrow(
    new RegExp(`${folder}.*process ${process.pid}.*DATA_DIR.*DATABASE_URL`),
  )
  expect(errorKind(await second.catch((error: unknown) => error))).toBe('permanent')
  await database.close()
  const third = await open(folder)
  await third.close()
})

test('of twenty that take one folder at once, at most one gets it', async () => {
  const folder = await usedFolder()
  writeFileSync(path.join(folder, 'lock-half-written'), '{"pid":')
  const results = await Promise.allSettled(Array.from({ length: 20 }, () => open(folder)))
  const databases = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
  expect(databases.length).toBeLessThanOrEqual(1)
  for (const database of databases) await database.close()
  expect(readdirSync(folder)).toEqual(['postgres'])
})

test('when the thread hangs or dies, its call ends as retryable, and the next one finds everything again', async () => {
  const folder = await usedFolder()
  const database = await openPglite({ folder, log, statementMs: 3_000 })
  await database.script('create table kept (id integer); insert into kept values (1)')
  let wake = (): void => undefined
  await database.listen('after', () => wake())
  const crash = database.run(statement<never>('hang', 'select pg_sleep(600)'))
  const waiting = database.run(count)
  expect(errorKind(await crash.catch((error: unknown) => error))).toBe('retryable')
  expect(await waiting).toEqual([{ count: 1 }])
  expect(await database.run(count)).toEqual([{ count: 1 }])
  const heard = new Promise<string>((resolve) => (wake = () => resolve('heard')))
  await database.run(statement<never>('notify-after', `select pg_notify('after', '')`))
  expect(await heard).toBe('heard')
  await database.close()
})

test('a used folder opens well below 300 MB', async () => {
  const folder = await usedFolder()
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--input-type=module',
    '-e',
    `${openIn(folder)}
    await database.close()
    console.log(process.resourceUsage().maxRSS / 1024)`,
  ])
  expect(Number(stdout)).toBeLessThan(300)
})

/** A program that opens the folder as `database`. */
function openIn(folder: string): string {
  const file = (name: string): string => JSON.stringify(path.join(packageRoot, 'dist/src', name))
  return `
    const { openPglite } = await import(${file('postgres/database.pglite.js')})
    const { createLogger } = await import(${file('telemetry/logger.js')})
    const { statement } = await import(${file('postgres/database.js')})
    const database = await openPglite({ folder: ${JSON.stringify(folder)}, log: createLogger('silent') })`
}

/** A program that writes one letter for each row that was answered. */
function writeForEver(folder: string): string {
  return `${openIn(folder)}
    await database.script('create table kept (id bigint generated always as identity primary key)')
    for (;;) {
      await database.run(statement('keep', 'insert into kept default values'))
      process.stdout.write('.')
    }`
}
