import { git, gitAnswer } from './git.ts'
import type { Side } from './pull-request.ts'

/** A file of a comparison, as `git diff` and GitHub show it. */
export interface DiffFile {
  readonly path: string
  readonly previousPath: string | undefined
  readonly status: 'added' | 'removed' | 'modified' | 'renamed' | 'changed'
  /** The new blob (the old one of a removed file); the commit of a submodule. */
  readonly blob: string
  readonly additions: number
  readonly deletions: number
  /** Hunks without file headers; undefined when there are none. */
  readonly patch: string | undefined
  readonly lines: readonly PatchLine[]
}

/** A line on which GitHub takes comments. */
export interface PatchLine {
  /** Lines below the first `@@` of the file, as GitHub counts positions: later hunk headers count too. */
  readonly position: number
  readonly hunk: number
  readonly left: number | undefined
  readonly right: number | undefined
}

export async function mergeBase(folder: string, base: string, head: string): Promise<string | undefined> {
  return gitAnswer(folder, 'merge-base', base, head)
}

/** What changed between two commits, with renames found as GitHub finds them (half the content alike). */
export async function diffCommits(folder: string, from: string, to: string): Promise<DiffFile[]> {
  const flags = [
    '--no-color',
    '--no-ext-diff',
    '--no-textconv',
    '--full-index',
    '--no-abbrev',
    '-M',
    from,
    to,
    '--',
  ]
  const raw = (await git(folder, 'diff', '--raw', '-z', ...flags)).toString('utf8')
  // latin1 keeps every byte, so that a file in any encoding can be cut out before it is decoded.
  const text = (await git(folder, 'diff', '--patch', ...flags)).toString('latin1')
  // Lines end at line feeds alone: `^` would also match after a carriage return inside a line.
  const sections = text === '' ? [] : text.split(/(?<=\n)(?=diff --git )/)
  const fields = raw.split('\0')
  const files: DiffFile[] = []
  let next = 0
  for (let field = 0; field + 1 < fields.length;) {
    const [, , oldBlob = '', newBlob = '', code = ''] = (fields[field++] ?? '').split(' ')
    const renamed = code.startsWith('R')
    const first = fields[field++] ?? ''
    const path = renamed ? (fields[field++] ?? '') : first
    // A file that became a symlink (or back) is one entry, but a removal and an addition in the patch.
    const count = code.startsWith('T') ? 2 : 1
    const hunks = sections.slice(next, next + count).map(hunksOf)
    next += count
    const patch = Buffer.from(hunks.filter((part) => part !== '').join('\n'), 'latin1').toString('utf8')
    files.push({
      path,
      previousPath: renamed ? first : undefined,
      status: statusOf(code),
      blob: code.startsWith('D') ? oldBlob : newBlob,
      ...countChanges(patch),
      patch: patch === '' ? undefined : patch,
      lines: patchLines(patch),
    })
  }
  return files
}

function statusOf(code: string): DiffFile['status'] {
  const statuses: Record<string, DiffFile['status']> = {
    A: 'added',
    D: 'removed',
    R: 'renamed',
    T: 'changed',
  }
  return statuses[code.charAt(0)] ?? 'modified'
}

function hunksOf(section: string): string {
  const start = section.indexOf('\n@@ ')
  return start < 0 ? '' : section.slice(start + 1).replace(/\n$/, '')
}

function countChanges(patch: string): { additions: number; deletions: number } {
  const lines = patch.split('\n')
  return {
    additions: lines.filter((line) => line.startsWith('+')).length,
    deletions: lines.filter((line) => line.startsWith('-')).length,
  }
}

/** The commentable lines of a patch: added and context lines on the right, removed and context lines on the left. */
function patchLines(patch: string): PatchLine[] {
  if (patch === '') return []
  const found: PatchLine[] = []
  let hunk = -1
  let left = 0
  let right = 0
  for (const [position, line] of patch.split('\n').entries()) {
    const header = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@/.exec(line)
    const kind = line.charAt(0)
    if (header) {
      hunk += 1
      left = Number(header[1])
      right = Number(header[2])
    } else if (kind === '+') found.push({ position, hunk, left: undefined, right: right++ })
    else if (kind === '-') found.push({ position, hunk, left: left++, right: undefined })
    else if (kind !== '\\') found.push({ position, hunk, left: left++, right: right++ })
  }
  return found
}

export function lineAt(file: DiffFile, side: Side, line: number): PatchLine | undefined {
  return file.lines.find((candidate) => (side === 'LEFT' ? candidate.left : candidate.right) === line)
}

/** The hunk of a line from its header down to the line itself, as comments carry it. */
export function hunkUpTo(file: DiffFile, position: number): string {
  const lines = (file.patch ?? '').split('\n').slice(0, position + 1)
  const header = lines.findLastIndex((line) => line.startsWith('@@ '))
  return lines.slice(Math.max(0, header)).join('\n')
}
