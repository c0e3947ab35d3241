import { mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { git, gitText } from './git.ts'

/** The files of a commit that differ from the commit before: new content, or null for a removed file. */
export type FileChanges = Readonly<Record<string, string | Buffer | { readonly symlink: string } | null>>

/** A real git repository that is built commit by commit. */
export interface ScratchRepository {
  readonly folder: string
  /** Commits on a branch (made from `from`, `main` when absent, if it is new) and returns the commit id. */
  commit(branch: string, changes: FileChanges, from?: string): Promise<string>
}

const identity = ['-c', 'user.name=Octo', '-c', 'user.email=octo@example.com', '-c', 'core.autocrlf=false']

export async function createScratchRepository(folder: string): Promise<ScratchRepository> {
  await mkdir(folder, { recursive: true })
  await git(folder, 'init', '--quiet', '--initial-branch=main')
  let isEmpty = true
  return {
    folder,
    commit: async (branch, changes, from = 'main') => {
      if (!isEmpty) {
        const exists = await gitText(folder, 'branch', '--list', branch)
        await git(folder, 'checkout', '--quiet', ...(exists === '' ? ['-b', branch, from] : [branch]))
      }
      isEmpty = false
      for (const [name, content] of Object.entries(changes)) await change(path.join(folder, name), content)
      await git(folder, 'add', '--all')
      await git(folder, ...identity, 'commit', '--quiet', '--allow-empty', '-m', `change ${branch}`)
      return gitText(folder, 'rev-parse', 'HEAD')
    },
  }
}

async function change(file: string, content: FileChanges[string]): Promise<void> {
  await rm(file, { recursive: true, force: true })
  if (content === null || content === undefined) return
  await mkdir(path.dirname(file), { recursive: true })
  if (typeof content === 'string' || Buffer.isBuffer(content)) await writeFile(file, content)
  else await symlink(content.symlink, file)
}
