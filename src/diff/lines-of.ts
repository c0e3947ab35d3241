import type { Anchor, FileDiff } from './file-diff.ts'
import { lineNumberOn } from './line-number-on.ts'

/** The lines of the diff that an anchor covers, in order: context and added lines on the RIGHT, context and removed ones on the LEFT. */
export function linesOf(
  file: FileDiff,
  { side, startLine, endLine }: Anchor,
): readonly { readonly line: number; readonly text: string }[] {
  return file.hunks.flatMap((hunk) =>
    hunk.lines.flatMap((entry) => {
      const line = lineNumberOn(entry, side)
      return line !== undefined && line >= startLine && line <= endLine ? [{ line, text: entry.text }] : []
    }),
  )
}
