import type { DiffFile } from '../pull-request-diff.ts'
import type { Repository, World } from '../world.ts'
import { apiUrl, pageUrl } from './repository.ts'

/**
 * GitHub withholds the patch of a file above these, and of every further file once the sums are above the totals.
 * Source: GitHub, "Repository limits", diff limits.
 */
const perFile = { lines: 20_000, bytes: 500_000 }
const total = { lines: 20_000, bytes: 1_000_000 }

/** Files as GitHub lists them, of one comparison. */
export function showFiles(
  world: World,
  repository: Repository,
  head: string,
  files: readonly DiffFile[],
): object[] {
  const sum = { lines: 0, bytes: 0 }
  const encode = (path: string): string => path.split('/').map(encodeURIComponent).join('/')
  return files.map((file) => {
    const size = { lines: file.additions + file.deletions, bytes: Buffer.byteLength(file.patch ?? '') }
    const fits =
      size.lines <= perFile.lines &&
      size.bytes <= perFile.bytes &&
      sum.lines + size.lines <= total.lines &&
      sum.bytes + size.bytes <= total.bytes
    if (fits) {
      sum.lines += size.lines
      sum.bytes += size.bytes
    }
    const page = pageUrl(world, repository)
    return {
      sha: file.blob,
      filename: file.path,
      status: file.status,
      additions: file.additions,
      deletions: file.deletions,
      changes: size.lines,
      blob_url: `${page}/blob/${head}/${encode(file.path)}`,
      raw_url: `${page}/raw/${head}/${encode(file.path)}`,
      contents_url: `${apiUrl(world, repository)}/contents/${encode(file.path)}?ref=${head}`,
      ...(fits && file.patch !== undefined ? { patch: file.patch } : {}),
      ...(file.previousPath === undefined ? {} : { previous_filename: file.previousPath }),
    }
  })
}
