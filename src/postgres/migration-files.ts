import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { packageRoot } from '../base/package-root.ts'
import { PermanentError } from '../base/errors.ts'

/** One numbered SQL file. */
export interface Migration {
  /** The number that the file name begins with: 1, 2, 3, …, none left out. */
  readonly version: number
  readonly name: string
  readonly text: string
  /** SHA-256 of the text. */
  readonly checksum: string
}

export const migrationsFolder: string = path.join(packageRoot, 'migrations')

/** The migrations in a folder, in their order. Throws a permanent error when their numbers are not 1, 2, 3, …. */
export async function readMigrations(folder: string = migrationsFolder): Promise<readonly Migration[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort()
  return Promise.all(
    names.map(async (name, index) => {
      const version = Number(/^\d{4}(?=_)/.exec(name)?.[0])
      if (version !== index + 1) {
        throw new PermanentError(`migration ${name} is out of order: number ${index + 1} was expected`)
      }
      // A checkout may have changed the line endings; that is no other migration.
      const text = (await readFile(path.join(folder, name), 'utf8')).replaceAll('\r\n', '\n')
      return { version, name, text, checksum: createHash('sha256').update(text).digest('hex') }
    }),
  )
}
