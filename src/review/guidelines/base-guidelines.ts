import { decodeText } from '../../base/decode-text.ts'
import type { GitHubRepository, PullRequest } from '../../github/github.ts'
import type { Guideline } from './guideline.ts'
import { readGuidelines } from './read-guidelines.ts'

/** Base commits whose guidelines are remembered: pull requests share them, and each costs several reads. */
const REMEMBERED = 200

/** The guidelines of the commit that a pull request goes to. */
export type BaseGuidelines = (
  repository: GitHubRepository,
  base: PullRequest['base'],
  signal: AbortSignal,
) => Promise<readonly Guideline[]>

/** Reads the guidelines of a base commit once. Whoever asks may see the repository: it is read with the asker's rights. */
export function createBaseGuidelines(): BaseGuidelines {
  const remembered = new Map<string, readonly Guideline[]>()
  return async (repository, base, signal) => {
    const key = `${base.repository}@${base.commit}`
    const known = remembered.get(key)
    if (known) return known
    const guidelines = await readGuidelines(async (path) => {
      const bytes = await repository.fileAt(path, base.commit, signal)
      return bytes && decodeText(bytes)
    })
    remembered.set(key, guidelines)
    const [oldest] = remembered.keys()
    if (remembered.size > REMEMBERED && oldest !== undefined) remembered.delete(oldest)
    return guidelines
  }
}
