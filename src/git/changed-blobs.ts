import type { CommitId } from '../github/github.ts'
import type { LocalRepository } from './local-repository.ts'

/**
 * The blob of the new content of every changed regular file, by path. Symbolic links and submodules are left out, and
 * so are paths that are the same once read as UTF-8: a content must not be taken for that of another file.
 */
export async function changedBlobs(
  repository: LocalRepository,
  base: CommitId,
  head: CommitId,
): Promise<ReadonlyMap<string, string>> {
  const output = await repository.bytes(['diff-tree', '-r', '-z', '--raw', '--no-abbrev', '-M', base, head])
  const blobs = new Map<string, string | undefined>()
  const fields = new TextDecoder().decode(output).split('\0').values()
  for (const field of fields) {
    // ":old-mode new-mode old-id new-id status", then the path; renames and copies have two, the new one last.
    const [, newMode, newBlob, status] = /^:\d+ (\d+) [0-9a-f]+ ([0-9a-f]+) ([A-Z])\d*$/.exec(field) ?? []
    if (newMode === undefined) continue
    const firstPath = nextOf(fields)
    const path = status === 'R' || status === 'C' ? nextOf(fields) : firstPath
    blobs.set(path, blobs.has(path) || !newMode.startsWith('100') ? undefined : newBlob)
  }
  return new Map([...blobs].flatMap(([path, blob]) => (blob === undefined ? [] : [[path, blob] as const])))
}

function nextOf(fields: Iterator<string>): string {
  const next = fields.next()
  return next.done ? '' : next.value
}
