import { gitText } from './git.ts'

/** Where a line of a file went between two commits; undefined when it was changed or removed. */
export async function shiftLine(
  folder: string,
  before: string,
  after: string,
  path: string,
  line: number,
): Promise<number | undefined> {
  const flags = ['--unified=0', '--no-color', '--no-ext-diff', '--no-textconv', '--no-renames']
  const diff = await gitText(folder, 'diff', ...flags, before, after, '--', path)
  let shift = 0
  for (const header of diff.matchAll(/(?:^|\n)@@ -(\d+)(?:,(\d+))? \+\d+(?:,(\d+))? @@/g)) {
    const start = Number(header[1])
    const removed = Number(header[2] ?? 1)
    const added = Number(header[3] ?? 1)
    // A hunk that removes nothing stands after the line that it names.
    if (removed === 0 ? start >= line : start > line) break
    if (removed > 0 && line < start + removed) return undefined
    shift += added - removed
  }
  return line + shift
}
