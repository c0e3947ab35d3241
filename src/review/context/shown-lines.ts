import type { Hunk } from '../../diff/file-diff.ts'

/** Lines of the new file (from 0) that the hunks show: a question has them already. */
export function shownLines(hunks: readonly Hunk[]): ReadonlySet<number> {
  const shown = new Set<number>()
  for (const { lines } of hunks) {
    for (const line of lines) if (line.kind !== 'removed') shown.add(line.newLine - 1)
  }
  return shown
}

/** Lines of the new file (from 0) that the change added, or that stand where it removed something. */
export function touchedLines(hunks: readonly Hunk[]): number[] {
  const touched = new Set<number>()
  for (const hunk of hunks) {
    let next = hunk.newLines === 0 ? hunk.newStart : hunk.newStart - 1
    for (const line of hunk.lines) {
      if (line.kind !== 'context') touched.add(next)
      if (line.kind !== 'removed') next = line.newLine
    }
  }
  return [...touched]
}
