import { existsSync } from 'node:fs'
import path from 'node:path'
import { openCommitTree } from '../git/commit-tree.ts'
import { findRepository } from '../git/local-repository.ts'
import type { Change } from '../review/change.ts'

/** Which commit of which repository a case is the head of, in the words of its `case.json`. */
export interface CaseHead {
  /** `owner/name`. */
  readonly repository?: string
  readonly commit: string
}

/**
 * How to look at the files beside a case's change, where `repositories` has its commit: a folder of repositories, as
 * `owner+name/repo`, `owner/name` or `owner/name.git`, or the one repository of all cases. Undefined where it does not.
 */
export async function headOfCase(
  repositories: string,
  { repository, commit }: CaseHead,
  signal: AbortSignal,
): Promise<Change['openHead']> {
  const flat = repository?.replace('/', '+')
  const names = repository === undefined ? [] : [`${flat}/repo`, repository, `${repository}.git`]
  const folders = [...names.map((name) => path.join(repositories, name)), repositories]
  for (const folder of folders.filter((one) => existsSync(one))) {
    const found = await findRepository(folder, signal).catch(() => undefined)
    const head = await found?.commit(commit)
    if (found && head) {
      return () => Promise.resolve({ kind: 'opened', tree: openCommitTree(found.gitFolder, head) })
    }
  }
  return undefined
}
