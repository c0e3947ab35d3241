import { rmSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import type { ScratchRepository } from './scratch-repository.ts'

/** The files of a commit that differ from the commit before: new content, or null for a removed file. */
export type FileChanges = Readonly<Record<string, string | Uint8Array | { readonly symlink: string } | null>>

/** Commits on a branch (made from `from` if it is new) and returns the commit id. */
export function commitFiles(
  repository: ScratchRepository,
  branch: string,
  changes: FileChanges,
  from = 'main',
): string {
  const { folder, git, write, commit } = repository
  const isEmpty = git('branch', '--list').length === 0
  const isNew = git('branch', '--list', branch).length === 0
  if (!isEmpty) git('checkout', '--quiet', ...(isNew ? ['-b', branch, from] : [branch]))
  for (const [name, content] of Object.entries(changes)) {
    rmSync(path.join(folder, name), { recursive: true, force: true })
    if (content === null) continue
    if (typeof content === 'string' || content instanceof Uint8Array) write(name, content)
    else symlinkSync(content.symlink, path.join(folder, name))
  }
  return commit()
}
