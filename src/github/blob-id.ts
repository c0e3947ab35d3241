import { createHash } from 'node:crypto'

/** Whether these are the bytes that git gave the id to, in a repository with ids of that length. */
export function isBlob(bytes: Uint8Array, id: string): boolean {
  const hash = createHash(id.length === 64 ? 'sha256' : 'sha1')
  return hash.update(`blob ${bytes.length}\0`).update(bytes).digest('hex') === id
}
