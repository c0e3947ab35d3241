import type { FileDiff, Hunk } from '../diff/file-diff.ts'
import type { Change, ChangedText } from './change.ts'
import { hasGeneratedMarker } from './generated-marker.ts'
import type { ReviewSettings } from './review-settings.ts'
import { skipByPath, type PathReason } from './skip-by-path.ts'

/** Why a file is not reviewed, in words that people read on the pull request. */
type SkipReason =
  | PathReason
  | 'binary'
  | 'rename only'
  | 'copy only'
  | 'mode only'
  | 'deleted'
  | 'submodule'
  | 'symlink'
  | 'empty'

export type Selection =
  | { readonly kind: 'review' }
  | { readonly kind: 'skip'; readonly reason: SkipReason }
  /** It ought to be read, and is not worth what that would cost: the change is then never green (I5). */
  | { readonly kind: 'over-budget'; readonly reason: 'too large' | 'minified' }
  /** Its diff could not be had. */
  | { readonly kind: 'failed'; readonly reason: string }

export interface SelectedFile {
  readonly file: ChangedText
  readonly selection: Selection
}

/** Says of each file of a change, in their order, whether it is reviewed, and if not, why. */
export function selectFiles(change: Change, settings: Pick<ReviewSettings, 'maxFileBytes'>): SelectedFile[] {
  return change.files.map((file) => ({ file, selection: select(file, settings.maxFileBytes) }))
}

function select(file: ChangedText, maxFileBytes: number): Selection {
  if (file.unreadable !== undefined) return { kind: 'failed', reason: file.unreadable }
  const reason = skipByKind(file.diff) ?? skipByPath(file.diff.path)
  if (reason !== undefined) return { kind: 'skip', reason }
  if (hasGeneratedMarker(file)) return { kind: 'skip', reason: 'generated' }
  // How its lines look is for the author of the change to choose: nobody hides one by writing it in long lines.
  if (isMinified(file.diff)) return { kind: 'over-budget', reason: 'minified' }
  if (changedBytes(file.diff) > maxFileBytes) return { kind: 'over-budget', reason: 'too large' }
  return { kind: 'review' }
}

/** There is nothing to read, or nothing that is text of a file. */
function skipByKind(diff: FileDiff): SkipReason | undefined {
  if (diff.status === 'deleted') return 'deleted'
  if (diff.newMode === '160000' || namesCommit(diff.hunks)) return 'submodule'
  if (diff.newMode === '120000') return 'symlink'
  if (diff.binary) return 'binary'
  if (diff.hunks.length > 0) return undefined
  switch (diff.status) {
    case 'renamed':
      return 'rename only'
    case 'copied':
      return 'copy only'
    case 'added':
      return 'empty'
    case 'modified':
      return 'mode only'
  }
}

/** GitHub tells no modes; git shows a submodule as a file of this one line. */
function namesCommit(hunks: readonly Hunk[]): boolean {
  const lines = hunks.flatMap((hunk) => hunk.lines)
  return lines.length > 0 && lines.every(({ text }) => /^Subproject commit [0-9a-f]{40,64}$/.test(text))
}

const MINIFIED_LINE = 500

/** Most of what was added to a web asset stands in lines that nobody writes. One long line among others does not count. */
function isMinified(diff: FileDiff): boolean {
  if (!/\.(?:[cm]?js|css|html?|svg|json|xml)$/i.test(diff.path)) return false
  const added = diff.hunks.flatMap((hunk) => hunk.lines).filter((line) => line.kind === 'added')
  return added.filter(({ text }) => text.length > MINIFIED_LINE).length * 2 > added.length
}

function changedBytes(diff: FileDiff): number {
  let bytes = 0
  for (const hunk of diff.hunks) {
    for (const line of hunk.lines) if (line.kind !== 'context') bytes += Buffer.byteLength(line.text)
  }
  return bytes
}
