import type { FileContent } from '../review/content-of.ts'
import type { CommitId } from '../github/github.ts'
import type { LocalRepository } from './local-repository.ts'
import { readContents } from './read-contents.ts'

/** The texts of regular files of a commit, by path, or why there is none; what is not there is left out. */
export async function readFilesAt(
  repository: LocalRepository,
  commit: CommitId,
  paths: readonly string[],
): Promise<ReadonlyMap<string, FileContent>> {
  const listing = await repository.bytes(['ls-tree', '-z', '--full-tree', commit, '--', ...paths])
  const blobs = new Map(
    new TextDecoder()
      .decode(listing)
      .split('\0')
      .flatMap((entry) => {
        const [, blob, path] = /^100\d{3} blob ([0-9a-f]+)\t(.+)$/s.exec(entry) ?? []
        return blob === undefined || path === undefined ? [] : [[path, blob] as const]
      }),
  )
  const contents = await readContents(repository, blobs.values())
  return new Map(
    [...blobs].flatMap(([path, blob]) => {
      const content = contents.get(blob)
      return content ? [[path, content] as const] : []
    }),
  )
}
