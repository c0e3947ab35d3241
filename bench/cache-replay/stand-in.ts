import type { DiffLine, FileDiff, Hunk } from '../../src/diff/file-diff.ts'
import type { Change } from '../../src/review/change.ts'
import type { PushedState, RecordedFile } from './push-history.ts'

/**
 * A change of the recorded sizes whose text follows from the recorded hashes alone: the same hunks are the same text. What
 * of a file stayed the same from one push to the next cannot be told, so nothing smaller than a file's hunks can be known.
 */
export function standInChange(state: PushedState): Change {
  return {
    name: `${state.repo}#${state.pr}`,
    title: state.title,
    body: '',
    files: state.files.map((file) => ({ diff: standInDiff(file) })),
    complete: true,
  }
}

const statuses: Readonly<Record<string, FileDiff['status']>> = {
  A: 'added',
  M: 'modified',
  D: 'deleted',
  R: 'renamed',
  C: 'copied',
}

function standInDiff(file: RecordedFile): FileDiff {
  const { path, status, added, removed } = file
  return {
    path,
    oldPath: path,
    // A rename is told with its likeness: `R095`.
    status: statuses[status.slice(0, 1)] ?? 'modified',
    binary: added === null,
    hunks: (added ?? 0) + (removed ?? 0) > 0 ? [standInHunk(file)] : [],
  }
}

/** A line of code as it is in the mean: some forty characters. */
function standInHunk({ added, removed, hunks_sha256 }: RecordedFile): Hunk {
  const name = hunks_sha256 ?? 'unknown'
  const text = (kind: string, index: number): string => `${kind} ${name.slice(0, 24)} ${index};`
  const lines: DiffLine[] = [
    ...Array.from({ length: removed ?? 0 }, (_, index) => ({
      kind: 'removed' as const,
      oldLine: index + 1,
      text: text('const before =', index),
    })),
    ...Array.from({ length: added ?? 0 }, (_, index) => ({
      kind: 'added' as const,
      newLine: index + 1,
      text: text('const after =', index),
    })),
  ]
  return { oldStart: 1, oldLines: removed ?? 0, newStart: 1, newLines: added ?? 0, heading: '', lines }
}
