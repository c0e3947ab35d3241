import { changedLines } from '../diff/changed-lines.ts'
import type { Anchor, FileDiff } from '../diff/file-diff.ts'

/** A problem that spans more lines than this is anchored at its first line: the comment points, it does not frame. */
const longestAnchor = 10

/**
 * Anchors problems on lines of the new file (1-based, both included), cut to the hunk that they are in.
 * Undefined when no added line is among them: then the change did not write the problem.
 */
export function anchorOnChange(diff: FileDiff): (startLine: number, endLine: number) => Anchor | undefined {
  const added = changedLines(diff)
  return (startLine, endLine) => {
    const last = endLine - startLine < longestAnchor ? Math.max(startLine, endLine) : startLine
    for (const hunk of diff.hunks) {
      const start = Math.max(startLine, hunk.newStart)
      const end = Math.min(last, hunk.newStart + hunk.newLines - 1)
      for (let line = start; line <= end; line++)
        if (added.has(line)) return { side: 'RIGHT', startLine: start, endLine: end }
    }
    return undefined
  }
}
