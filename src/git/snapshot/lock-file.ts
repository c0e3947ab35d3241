import { open, rm, stat, utimes } from 'node:fs/promises'
import type { Clock } from '../../base/clock.ts'

const POLL_MS = 50
/** A holder says that often that it lives. */
const BEAT_MS = 3_000
/** So long after its last word a holder counts as dead. */
const DEAD_AFTER_MS = 20_000

/**
 * Holds a lock among all processes that share the folder, on whatever machine, while `work` runs. Waits for it as long as
 * the signal allows. A holder that died is stepped over; two who do so in the same instant may both go on, so `work` has
 * to bear a twin: two fetches into one folder make one of them fail.
 */
export async function withLockFile<Result>(
  file: string,
  clock: Clock,
  signal: AbortSignal,
  work: () => Promise<Result>,
): Promise<Result> {
  while (!(await take(file))) {
    if (await isDead(file)) await rm(file, { force: true })
    else await clock.sleep(POLL_MS, signal)
    signal.throwIfAborted()
  }
  const beat = setInterval(() => {
    const now = new Date()
    utimes(file, now, now).catch(() => undefined) // somebody stepped over us: `work` bears that
  }, BEAT_MS)
  try {
    return await work()
  } finally {
    clearInterval(beat)
    await rm(file, { force: true })
  }
}

async function take(file: string): Promise<boolean> {
  try {
    await (await open(file, 'wx', 0o600)).close()
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

/** By the clock of the file system against itself: machines that share a folder may not agree on the time. */
async function isDead(file: string): Promise<boolean> {
  const probe = `${file}.${process.pid}`
  try {
    await (await open(probe, 'w', 0o600)).close()
    const [now, held] = await Promise.all([stat(probe), stat(file)])
    return now.mtimeMs - held.mtimeMs > DEAD_AFTER_MS
  } catch {
    return false // given back meanwhile
  } finally {
    await rm(probe, { force: true })
  }
}
