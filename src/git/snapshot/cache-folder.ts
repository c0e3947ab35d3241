import { randomUUID } from 'node:crypto'
import { mkdir, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Clock } from '../../base/clock.ts'
import { packBytes } from './fetch-snapshot.ts'

/** So long after its last word, a process that reads a repository counts as dead. */
const IDLE_MS = 15 * 60_000
const SAY_EVERY_MS = 5 * 60_000
/** Of fetches that were cut off, and of the removal of a repository. */
const LEFTOVERS = /^tmp_|\.lock$/

/** When a repository was opened last is the time of this file in it. */
const USED = 'last-used'
/** Each reader has a file of this name in it. */
const READING = /^reading-/

/** Says that the repository was opened. */
export async function markUsed(folder: string): Promise<void> {
  await touch(path.join(folder, USED))
}

/**
 * Says to all processes that the repository is read, until the function that comes back is called; none comes when there
 * is no repository. Only what is looked for afterwards is sure to stay.
 */
export async function beginReading(folder: string, clock: Clock): Promise<(() => Promise<void>) | undefined> {
  const mark = path.join(folder, `reading-${randomUUID()}`)
  const end = new AbortController()
  try {
    await touch(mark)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
  const said = sayAgain()
  return async () => {
    end.abort()
    await said
    await rm(mark, { force: true })
  }

  async function sayAgain(): Promise<void> {
    try {
      for (;;) {
        await clock.sleep(SAY_EVERY_MS, end.signal)
        await touch(mark)
      }
    } catch {
      // The end, or somebody removed the repository: who reads in it will hear of that.
    }
  }
}

/** Whether somebody in any process reads the repository. */
export async function isReadAnywhere(folder: string): Promise<boolean> {
  return Date.now() - (await lastTime(folder, (name) => READING.test(name))) < IDLE_MS
}

/** When one of the files in a folder was made new last; 0 for none. */
async function lastTime(folder: string, isMeant: (name: string) => boolean): Promise<number> {
  const names = await readdir(folder).catch(() => [])
  const times = await Promise.all(names.filter(isMeant).map((name) => timeOf(path.join(folder, name))))
  return Math.max(0, ...times)
}

/** When a file was made new; 0 when it was removed meanwhile. */
async function timeOf(file: string): Promise<number> {
  return await stat(file).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  )
}

/** Makes a file, or makes it new. */
async function touch(file: string): Promise<void> {
  const now = new Date()
  await utimes(file, now, now).catch(() => writeFile(file, ''))
}

/** Removes what fetches and readers that died left in a repository. Only for who holds its lock. */
export async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const file = path.join(folder, name)
    if (READING.test(name) && Date.now() - (await timeOf(file)) >= IDLE_MS) await rm(file, { force: true })
  }
  for (const place of ['', 'objects/pack']) {
    const names = await readdir(path.join(folder, place)).catch(() => [])
    for (const name of names)
      if (LEFTOVERS.test(name)) await rm(path.join(folder, place, name), { force: true })
  }
}

/**
 * Removes repositories, the one that was opened longest ago first, until the rest fits into a bound. Those in `inUse`,
 * those that another process reads, and those that somebody opened a moment ago, stay. Returns whether it fits.
 */
export async function makeRoom(
  root: string,
  maxBytes: number,
  inUse: (folder: string) => boolean,
): Promise<boolean> {
  const repositories = await Promise.all(
    (await readdir(root))
      .filter((name) => name.endsWith('.git'))
      .map((name) => measure(path.join(root, name))),
  )
  let total = repositories.reduce((sum, { bytes }) => sum + bytes, 0)
  for (const { folder, bytes } of repositories.toSorted((a, b) => a.usedAt - b.usedAt)) {
    if (total <= maxBytes) break
    // Removing takes its time: the one whose turn it is may have been opened since it was measured.
    if (Date.now() - (await lastUse(folder)) < IDLE_MS || inUse(folder)) continue
    await removeRepository(root, folder)
    total -= bytes
  }
  return total <= maxBytes
}

async function measure(folder: string): Promise<{ folder: string; bytes: number; usedAt: number }> {
  return { folder, bytes: await packBytes(folder), usedAt: await lastUse(folder) }
}

/** When the repository was opened or read last. */
async function lastUse(folder: string): Promise<number> {
  return await lastTime(folder, (name) => name === USED || READING.test(name))
}

/** Out of the way in one step: nobody finds half a repository. */
export async function removeRepository(root: string, folder: string): Promise<void> {
  const trash = path.join(root, `trash-${randomUUID()}`)
  await rename(folder, trash).catch(() => undefined) // somebody else removes it
  await rm(trash, { recursive: true, force: true })
}

/** The folder, for this user alone. */
export async function makeRoot(root: string): Promise<void> {
  await mkdir(root, { recursive: true, mode: 0o700 })
}
