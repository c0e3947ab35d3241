import type { Anchor, FileDiff, Hunk, Side } from './file-diff.ts'

/**
 * Lines (1-based) on which GitHub accepts a comment, by side: RIGHT holds added and context lines by their new number,
 * LEFT removed and context lines by their old number. Empty for binary files, pure renames and mode changes.
 * True for a diff with git's usual three lines of context, as GitHub shows it.
 * Source: GitHub REST, "Create a review comment for a pull request", `line` and `side`.
 */
export function commentableLines(file: FileDiff): Readonly<Record<Side, ReadonlySet<number>>> {
  return { LEFT: sideLines(file, 'LEFT'), RIGHT: sideLines(file, 'RIGHT') }
}

/**
 * Whether GitHub accepts a comment on these lines: all in one hunk of the file, the first not below the last.
 * Source: GitHub REST, "Create a review comment for a pull request", `start_line`; a range over two hunks is refused (422).
 */
export function isCommentable(file: FileDiff, anchor: Anchor): boolean {
  const { side, startLine, endLine } = anchor
  if (!Number.isInteger(startLine) || !Number.isInteger(endLine) || startLine > endLine) return false
  return file.hunks.some((hunk) => {
    const { first, behind } = sideRange(hunk, side)
    return first <= startLine && endLine < behind
  })
}

function sideLines(file: FileDiff, side: Side): ReadonlySet<number> {
  const lines = new Set<number>()
  for (const hunk of file.hunks) {
    const { first, behind } = sideRange(hunk, side)
    for (let line = first; line < behind; line++) lines.add(line)
  }
  return lines
}

/** The lines of a side that a hunk covers have no gaps: context and changed lines alternate without leaving one out. */
function sideRange(hunk: Hunk, side: Side): { first: number; behind: number } {
  const [first, count] = side === 'LEFT' ? [hunk.oldStart, hunk.oldLines] : [hunk.newStart, hunk.newLines]
  return { first, behind: first + count }
}
