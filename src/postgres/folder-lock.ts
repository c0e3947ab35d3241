import { randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import { parseJson } from '../base/json.ts'
import { FolderInUseError } from './folder-in-use-error.ts'

/** Gives the folder free again. */
export type ReleaseFolder = () => Promise<void>

/**
 * Takes a data folder for this process alone, or throws a permanent error that names the holder and the cure.
 *
 * Everyone who wants the folder puts a lock file of its own beside the others, named `lock-…` and holding process id and
 * start time, and only then looks around: of two at the same time, at least one sees the other. Who sees a living one
 * takes its own file back. Files of dead processes are removed, so a killed process blocks nobody, and no file is ever
 * taken over, which two could do at once. Does not see across machines or containers that share the folder.
 */
export async function lockFolder(folder: string): Promise<ReleaseFolder> {
  await mkdir(folder, { recursive: true })
  const own = `lock-${randomUUID()}`
  const file = path.join(folder, own)
  const self = JSON.stringify({ pid: process.pid, started: await startOf(process.pid) })
  for (let attempt = 1; ; attempt++) {
    await writeFile(file, self, { flag: 'wx' })
    const holder = await livingHolder(folder, own)
    if (holder === undefined) return () => rm(file, { force: true })
    await rm(file, { force: true })
    if (attempt === ATTEMPTS) throw new FolderInUseError(folder, holder)
    // Two that saw each other both stepped back: uneven waits let one of them in.
    await delay(Math.random() * 50 * attempt)
  }
}

const ATTEMPTS = 5

const lockContent = z.object({ pid: z.int().positive(), started: z.string() })

async function livingHolder(folder: string, own: string): Promise<number | undefined> {
  const others = (await readdir(folder)).filter((name) => name.startsWith('lock-') && name !== own)
  for (const name of others) {
    const file = path.join(folder, name)
    const text = await readFile(file, 'utf8').catch(() => undefined)
    if (text === undefined) continue // taken back meanwhile
    const content = lockContent.safeParse(parseJson(text))
    if (content.success && (await isAlive(content.data))) return content.data.pid
    // Of a dead process, or half written: cut off by a crash, or by someone who will look around after us and see us.
    await rm(file, { force: true })
  }
  return undefined
}

async function isAlive({ pid, started }: z.infer<typeof lockContent>): Promise<boolean> {
  try {
    process.kill(pid, 0)
  } catch (error) {
    // EPERM: it lives, and belongs to someone else.
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false
  }
  // The number may have gone to another process since.
  return (await startOf(pid)) === started
}

/** When a process started, in whatever way the system tells; empty where it does not. */
async function startOf(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  // The name in parentheses may hold anything; the start time is the 20th field after it. Source: proc(5).
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
}
