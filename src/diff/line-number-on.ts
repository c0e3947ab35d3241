import type { DiffLine, Side } from './file-diff.ts'

/** The number of a line on one side of the diff; undefined when it is not there. Context lines are on both. */
export function lineNumberOn(line: DiffLine, side: Side): number | undefined {
  if (side === 'LEFT') return line.kind === 'added' ? undefined : line.oldLine
  return line.kind === 'removed' ? undefined : line.newLine
}
