import { existsSync } from 'node:fs'
import path from 'node:path'
import { openCommitTree } from '../git/commit-tree.ts'
import { findRepository } from '../git/local-repository.ts'
import { readFilesAt } from '../git/read-files-at.ts'
import type { Change } from '../review/change.ts'
import { guidelineFiles, readGuidelines } from '../review/guidelines/read-guidelines.ts'

/** Between which commits of which repository the change of a case lies, in the words of its `case.json`. */
export interface CaseCommits {
  /** `owner/name`. */
  readonly repository?: string
  readonly base?: string
  readonly head: string
}

/**
 * What a real review knows beside the change itself: how to look at the other files of the head, and the guidelines of
 * the base. `repositories` is a folder of repositories, as `owner+name/repo`, `owner/name` or `owner/name.git`, or the one
 * repository of all cases. A commit that is nowhere has neither.
 */
export async function surroundingsOfCase(
  repositories: string,
  { repository, base, head }: CaseCommits,
  signal: AbortSignal,
): Promise<Pick<Change, 'openHead' | 'guidelines' | 'ignoredGuidelines'>> {
  const flat = repository?.replace('/', '+')
  const names = repository === undefined ? [] : [`${flat}/repo`, repository, `${repository}.git`]
  const folders = [...names.map((name) => path.join(repositories, name)), repositories]
  for (const folder of folders.filter((one) => existsSync(one))) {
    const found = await findRepository(folder, signal).catch(() => undefined)
    const headCommit = await found?.commit(head)
    if (!found || !headCommit) continue
    const { gitFolder } = found
    const baseCommit = base === undefined ? undefined : await found.commit(base)
    const guides = baseCommit && (await readFilesAt(found, baseCommit, guidelineFiles))
    return {
      openHead: () => Promise.resolve({ kind: 'opened', tree: openCommitTree(gitFolder, headCommit) }),
      ...(guides && (await readGuidelines((file) => Promise.resolve(guides.get(file))))),
    }
  }
  return {}
}
