import type { DiffLine, Hunk } from './file-diff.ts'
import type { PatchLines } from './patch-lines.ts'

const hunkHeader = /^@@ -(\d{1,10})(?:,(\d{1,10}))? \+(\d{1,10})(?:,(\d{1,10}))? @@(?: (.*))?$/s

type HunkRange = Omit<Hunk, 'lines'>

/** The first line of each side that the next hunk may cover. */
interface Reach {
  readonly old: number
  readonly new: number
}

/**
 * Reads all hunks from where the reader stands, and leaves it on the first line that belongs to none.
 * Lines are told from headers by the counts in `@@` alone, since a removed `-- x` looks like a header.
 */
export function readHunks(lines: PatchLines): Hunk[] {
  const hunks: Hunk[] = []
  let reach: Reach = { old: 1, new: 1 }
  while (lines.current?.startsWith('@@ ')) {
    const range = readRange(lines)
    const first = {
      old: firstLine(range.oldStart, range.oldLines),
      new: firstLine(range.newStart, range.newLines),
    }
    if (first.old < reach.old || first.new < reach.new)
      throw lines.malformed('the hunk overlaps the one before it, or starts before line 1')
    lines.advance()
    hunks.push({ ...range, lines: readBody(lines, range, first) })
    reach = { old: first.old + range.oldLines, new: first.new + range.newLines }
  }
  return hunks
}

function readRange(lines: PatchLines): HunkRange {
  const [matched, oldStart, oldLines = '1', newStart, newLines = '1', heading = ''] =
    hunkHeader.exec(lines.header ?? '') ?? []
  if (matched === undefined) throw lines.malformed('not a hunk header of the form `@@ -1,2 +3,4 @@`')
  const range = {
    oldStart: Number(oldStart),
    oldLines: Number(oldLines),
    newStart: Number(newStart),
    newLines: Number(newLines),
    heading,
  }
  if (range.oldLines + range.newLines === 0) throw lines.malformed('a hunk without lines')
  return range
}

/** A side without lines is given by the line before it: `-0,0` for a new file. */
function firstLine(start: number, count: number): number {
  return count === 0 ? start + 1 : start
}

function readBody(lines: PatchLines, range: HunkRange, first: Reach): DiffLine[] {
  const body: DiffLine[] = []
  let oldLeft = range.oldLines
  let newLeft = range.newLines
  while (oldLeft > 0 || newLeft > 0 || lines.current?.startsWith('\\')) {
    const written = lines.current
    if (written === undefined) throw lines.malformed('the patch ends in the middle of a hunk')
    const oldLine = first.old + range.oldLines - oldLeft
    const newLine = first.new + range.newLines - newLeft
    const text = written.slice(1)
    const mark = written.charAt(0)
    if (mark === '\\') {
      markLastLine(lines, body)
    } else if (mark === '+' && newLeft > 0) {
      body.push({ kind: 'added', newLine, text })
      newLeft--
    } else if (mark === '-' && oldLeft > 0) {
      body.push({ kind: 'removed', oldLine, text })
      oldLeft--
    } else if ((mark === ' ' || mark === '') && oldLeft > 0 && newLeft > 0) {
      // A wholly empty line is an empty context line whose blank an editor or mailer took away, as git reads it too.
      body.push({ kind: 'context', oldLine, newLine, text })
      oldLeft--
      newLeft--
    } else {
      throw lines.malformed(
        `${oldLeft} old and ${newLeft} new lines of the hunk are missing, as its header counts`,
      )
    }
    lines.advance()
  }
  if (isBeyondCount(lines.current)) throw lines.malformed('the hunk has more lines than its header counts')
  return body
}

/** `\ No newline at end of file` speaks of the line above it. */
function markLastLine(lines: PatchLines, body: DiffLine[]): void {
  const last = body.pop()
  if (!last) throw lines.malformed('`\\ No newline at end of file` follows no line')
  body.push({ ...last, noNewline: true })
}

/** Whether a line after a complete hunk looks like one more of its lines, and not like the `-- ` above a mail's signature. */
function isBeyondCount(line: string | undefined): boolean {
  if (line === undefined || /^-- ?\r?$/.test(line)) return false
  return line.startsWith(' ') || line.startsWith('+') || line.startsWith('-')
}
