import { readFile } from 'node:fs/promises'

/** The text of a file; undefined when there is none. Other failures are thrown as they are. */
export async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
