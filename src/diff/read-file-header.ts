import { readExtendedHeader, type ExtendedHeader } from './extended-header.ts'
import type { FileDiff } from './file-diff.ts'
import { fileNames, type FileNames, type MarkedNames } from './file-names.ts'
import type { PatchLines } from './patch-lines.ts'
import { readWrittenPair, readWrittenPath } from './written-path.ts'

export const fileHeaderStart = 'diff --git '

const binaryLine = /^(?:GIT binary patch|Binary files .* differ)$/s

/**
 * Reads all that stands above the hunks of one file, from its `diff --git` line on,
 * and leaves the reader on the first hunk, or behind the file when it has none.
 */
export function readFileHeader(lines: PatchLines): Omit<FileDiff, 'hunks'> {
  const start = lines.number
  const pair = readWrittenPair((lines.header ?? '').slice(fileHeaderStart.length))
  lines.advance()
  const extended = readExtendedHeader(lines)
  const binary = binaryLine.test(lines.header ?? '')
  if (binary) lines.advance()
  const marked = lines.current?.startsWith('--- ') ? readMarkedNames(lines) : undefined
  const names = fileNames(extended, pair, marked)
  if ('problem' in names) throw lines.malformed(names.problem, start)
  const added = extended.has('new file mode') || (marked !== undefined && marked.old === undefined)
  const deleted = extended.has('deleted file mode') || (marked !== undefined && marked.new === undefined)
  if (added && deleted) throw lines.malformed('the file is both new and deleted', start)
  const status = added ? 'added' : deleted ? 'deleted' : statusOfKept(extended, names)
  return { ...names, status, ...readModes(lines, extended, start), binary }
}

function readMarkedNames(lines: PatchLines): MarkedNames {
  const old = readMarkedName(lines, '--- ')
  lines.advance()
  const name = readMarkedName(lines, '+++ ')
  lines.advance()
  if (!lines.current?.startsWith('@@ ')) throw lines.malformed('no hunk follows the `---` and `+++` lines')
  return { old, new: name }
}

/** git ends a plain name that has a blank with a tab, so that other tools see where it ends. */
function readMarkedName(lines: PatchLines, mark: '--- ' | '+++ '): string | undefined {
  if (!lines.current?.startsWith(mark)) throw lines.malformed(`expected a \`${mark}\` line`)
  const written = (lines.header ?? '').slice(mark.length).replace(/\t$/, '')
  if (written === '/dev/null') return undefined
  const name = readWrittenPath(written)
  if (name === undefined) throw lines.malformed('the quotes or escapes of the path are broken')
  return name
}

function statusOfKept(extended: ExtendedHeader, names: FileNames): FileDiff['status'] {
  if (extended.has('copy from')) return 'copied'
  return names.oldPath === names.path ? 'modified' : 'renamed'
}

function readModes(
  lines: PatchLines,
  extended: ExtendedHeader,
  start: number,
): { oldMode?: string; newMode?: string } {
  // `index 1234567..89abcde 100644` names the mode of a file that kept it.
  const kept = / (\S+)$/.exec(extended.get('index') ?? '')?.[1]
  const oldMode = extended.get('old mode') ?? extended.get('deleted file mode') ?? kept
  const newMode = extended.get('new mode') ?? extended.get('new file mode') ?? kept
  for (const mode of [oldMode, newMode]) {
    if (mode !== undefined && !/^[0-7]{6}$/.test(mode)) throw lines.malformed('not an octal file mode', start)
  }
  return { ...(oldMode !== undefined && { oldMode }), ...(newMode !== undefined && { newMode }) }
}
