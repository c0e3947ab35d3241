import type { DiffLine, Hunk } from '../diff/file-diff.ts'
import { MalformedPatchError } from '../diff/malformed-patch-error.ts'
import { parseHunks } from '../diff/parse-patch.ts'
import type { ChangedFile } from '../github/github.ts'

/** What GitHub's list says of the lines of a file. */
type ListedLines =
  | { readonly kind: 'hunks'; readonly hunks: readonly Hunk[] }
  | { readonly kind: 'withheld' }
  | { readonly kind: 'malformed'; readonly problem: string }

/** A patch with other lines than GitHub counts was cut: it counts as withheld. */
export function readListedLines({ patch = '', additions, deletions }: ChangedFile): ListedLines {
  if (patch === '') return { kind: 'withheld' }
  try {
    const hunks = parseHunks(patch)
    const count = (kind: DiffLine['kind']): number =>
      hunks.reduce((sum, { lines }) => sum + lines.filter((line) => line.kind === kind).length, 0)
    const isWhole = count('added') === additions && count('removed') === deletions
    return isWhole ? { kind: 'hunks', hunks } : { kind: 'withheld' }
  } catch (error) {
    if (!(error instanceof MalformedPatchError)) throw error
    return { kind: 'malformed', problem: error.message }
  }
}
