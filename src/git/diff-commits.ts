import type { CommitId } from '../github/github.ts'
import type { LocalRepository } from './local-repository.ts'

const maxPatchBytes = 100_000_000

/** A plain patch, whatever the user's settings make of diffs; nothing that they name is run. */
const diffOptions = [
  '-r',
  '-p',
  '-M',
  '--full-index',
  '--unified=3',
  '--inter-hunk-context=0',
  '--submodule=short',
  '--ignore-submodules=none',
  '--src-prefix=a/',
  '--dst-prefix=b/',
  '--no-color',
  '--no-ext-diff',
  '--no-textconv',
]

/** The patch from one commit to another, to the byte. */
export async function diffCommits(
  repository: LocalRepository,
  base: CommitId,
  head: CommitId,
): Promise<Uint8Array> {
  return await repository.bytes(['diff-tree', ...diffOptions, base, head], { maxBytes: maxPatchBytes })
}
