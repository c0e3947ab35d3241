import { isCommentable } from '../diff/commentable-lines.ts'
import type { FileDiff } from '../diff/file-diff.ts'
import { linesOf } from '../diff/lines-of.ts'
import type { Change } from '../review/change.ts'
import type { Finding } from '../review/finding.ts'

/** Whether a comment stands where it should. `in-file` is for comments on a file or a change as a whole. */
export type AnchorCheck = 'right' | 'in-file' | 'outside-diff' | 'other-lines'

/**
 * Looks at a comment's place with other eyes than the engine's: its lines are lines of the diff, they are the same in the
 * stored file, and a model's quote stands on one of them.
 */
export function checkAnchor(finding: Finding, change: Change): AnchorCheck {
  const { anchor, path } = finding
  if (!anchor) return 'in-file'
  const file = change.files.find(({ diff }) => diff.path === path)
  if (!file || !isCommentable(file.diff, anchor)) return 'outside-diff'
  const lines = linesOf(file.diff, anchor)
  if (anchor.side === 'RIGHT' && file.content !== undefined) {
    const stored = file.content.split('\n')
    if (lines.some(({ line, text }) => stored[line - 1] !== text)) return 'other-lines'
  }
  return quoteStandsThere(finding, file.diff) ? 'right' : 'other-lines'
}

/** Analysers quote nothing. What a model quotes may begin before its lines or end behind them. */
function quoteStandsThere({ source, evidence, anchor }: Finding, diff: FileDiff): boolean {
  if (source.kind === 'analyser' || !anchor) return true
  const quoted = evidence.split('\n').map(fold).filter(Boolean)
  const standing = linesOf(diff, anchor)
    .map(({ text }) => fold(text))
    .filter(Boolean)
  return (
    standing.some((line) => quoted.some((quote) => line.includes(quote) || quote.includes(line))) ||
    standing.join(' ').includes(quoted.join(' '))
  )
}

function fold(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim()
}
