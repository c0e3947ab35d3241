import type { FileDiff } from './file-diff.ts'

/** Lines of the new file (1-based) that the change added or rewrote. Empty when it only removed lines. */
export function changedLines(file: FileDiff): ReadonlySet<number> {
  const lines = new Set<number>()
  for (const hunk of file.hunks) {
    for (const line of hunk.lines) if (line.kind === 'added') lines.add(line.newLine)
  }
  return lines
}
