import { fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readdir, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { packageRoot } from '../base/package-root.ts'
import { PermanentError } from '../base/errors.ts'

/** The compiled programs of the thread and the child: neither Worker nor fork takes TypeScript. */
export function pgliteProgram(name: 'pglite-thread' | 'pglite-init'): string {
  return path.join(packageRoot, 'dist', 'src', 'postgres', `${name}.js`)
}

/**
 * The database's own folder within a data folder that we hold the lock of, made when there is none. It appears in one
 * step, so that a process killed while it makes one leaves nothing that looks like a database.
 */
export async function prepareDatabaseFolder(folder: string): Promise<string> {
  const database = path.join(folder, 'postgres')
  if (existsSync(path.join(database, 'PG_VERSION'))) return database
  for (const name of await readdir(folder)) {
    if (name.startsWith('postgres.new-')) await rm(path.join(folder, name), { recursive: true, force: true })
  }
  const fresh = path.join(folder, `postgres.new-${process.pid}`)
  const child = fork(pgliteProgram('pglite-init'), [fresh], {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  let complaint = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (complaint += text))
  const [code] = (await once(child, 'exit')) as [number | null] // as Node documents
  if (code !== 0) {
    throw new PermanentError(
      `no database could be made in ${folder}: ${complaint.trim() || `exit code ${code}`}`,
    )
  }
  await rename(fresh, database)
  return database
}
