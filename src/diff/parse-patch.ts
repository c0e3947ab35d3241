import type { FileDiff, Hunk } from './file-diff.ts'
import { PatchLines } from './patch-lines.ts'
import { fileHeaderStart, readFileHeader } from './read-file-header.ts'
import { readHunks } from './read-hunks.ts'

/** Lines outside of any file that speak of changes which would go unread: refused, as `git apply` refuses a stray hunk. */
const refused: readonly (readonly [RegExp, string])[] = [
  [/^(?:diff --cc |diff --combined |@@@ )/, 'a combined diff of a merge: give the diff between two commits'],
  [/^@@ -/, 'a hunk that belongs to no `diff --git` line'],
  [/^\* Unmerged path /, 'a file with merge conflicts: resolve them first'],
  [
    /^Submodule .* [0-9a-f]{7,}\.{2,3}[0-9a-f]{7,}/s,
    'a submodule in words: give the diff with `--submodule=short`',
  ],
]

/**
 * The files of one patch as `git diff`, `git show` or `git format-patch` write it, in their order; none for an empty patch.
 *
 * Bytes are read as UTF-8; what is none becomes U+FFFD and shifts no line. Text around the files (a mail, a log
 * message, a signature) is passed over, a hunk that belongs to no file is not. A file that became a link or back is
 * two diffs in git's eyes, a deletion and an addition, and one modified file with two modes here.
 *
 * Throws a `MalformedPatchError` when hunks do not hold what their headers count, when a name cannot be told, for
 * combined diffs of merges (they have no two sides), and for a series that changes one file in several patches
 * (their line numbers are not those of the result).
 */
export function parsePatch(patch: string | Uint8Array): FileDiff[] {
  const text = typeof patch === 'string' ? patch.replace(/^\uFEFF/, '') : new TextDecoder().decode(patch)
  const lines = new PatchLines(text)
  const files: FileDiff[] = []
  const seen = new Set<string>()
  while (lines.current !== undefined) {
    if (!isFileStart(lines)) {
      lines.advance()
      continue
    }
    const start = lines.number
    const header = lines.current
    const file: FileDiff = { ...readFileHeader(lines), hunks: readHunks(lines) }
    const previous = files.at(-1)
    if (!seen.has(header)) files.push(file)
    else if (previous && isTypeChange(previous, file)) files.splice(-1, 1, joinTypeChange(previous, file))
    else
      throw lines.malformed(
        'a second patch for the same file: only one diff can be read, not a series',
        start,
      )
    seen.add(header)
  }
  if (files.length === 0 && text.trim() !== '')
    throw lines.malformed('it ended without any `diff --git` line')
  return files
}

/** The hunks of one file without any header, as GitHub lists them; none for an empty text. Throws as `parsePatch` does. */
export function parseHunks(patch: string): Hunk[] {
  const lines = new PatchLines(patch)
  const hunks = readHunks(lines)
  if (lines.current !== undefined) throw lines.malformed('expected a hunk')
  return hunks
}

function isFileStart(lines: PatchLines): boolean {
  const line = lines.current ?? ''
  for (const [start, problem] of refused) {
    if (start.test(line)) throw lines.malformed(problem)
  }
  return line.startsWith(fileHeaderStart)
}

function isTypeChange(before: FileDiff, after: FileDiff): boolean {
  const isSameKind = before.oldMode?.slice(0, 3) === after.newMode?.slice(0, 3)
  return before.status === 'deleted' && after.status === 'added' && before.path === after.path && !isSameKind
}

function joinTypeChange(before: FileDiff, after: FileDiff): FileDiff {
  return {
    path: after.path,
    oldPath: before.path,
    status: 'modified',
    ...(before.oldMode !== undefined && { oldMode: before.oldMode }),
    ...(after.newMode !== undefined && { newMode: after.newMode }),
    binary: before.binary || after.binary,
    hunks: [...before.hunks, ...after.hunks],
  }
}
