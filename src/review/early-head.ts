import type { Closable } from '../base/closer.ts'
import type { CommitId } from '../github/github.ts'
import type { HeadTrees, RepositorySource } from './head-tree.ts'

/** A head that is being opened already when somebody asks for it, and closed in any case. */
export interface EarlyHead extends HeadTrees, Closable {}

/**
 * Begins to open a head while its change is still being read: fetching it takes as long as all of that. `open` waits for
 * that one tree, whoever asks; `close` gives up what nobody waits for any more.
 */
export function openEarly(
  trees: HeadTrees,
  repository: RepositorySource,
  commit: CommitId,
  signal: AbortSignal,
): EarlyHead {
  const leaving = new AbortController()
  const opening = trees.open(repository, commit, AbortSignal.any([signal, leaving.signal]))
  // Whoever asks for the tree hears of it; perhaps nobody does.
  opening.catch(() => undefined)
  return {
    open: () => opening,
    async close() {
      leaving.abort()
      const opened = await opening.catch(() => undefined)
      if (opened?.kind === 'opened') await opened.tree.close()
    },
  }
}
