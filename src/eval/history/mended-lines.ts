import { parsePatch } from '../../diff/parse-patch.ts'
import { readWrittenPath } from '../../diff/written-path.ts'
import { diffCommits } from '../../git/diff-commits.ts'
import type { LocalRepository } from '../../git/local-repository.ts'
import { isTestPath } from '../../analysis/test-path.ts'
import type { HistoryEntry } from './history-entry.ts'

/** A line that a fix took away or changed, where it came into the main line. */
export interface MendedLine {
  /** The commit of the main line that brought it. */
  readonly origin: string
  /** Its path and number there. */
  readonly path: string
  readonly line: number
}

/** A fix that touches more than this is a rewrite, and says little about any one line. */
const MAX_FIX_FILES = 20
const MAX_FIX_LINES = 200

/**
 * Where the lines that a fix changed or removed came from, as far as the main line of `oldest` and later tells. What a fix
 * only adds points nowhere. Tests are left out: what a fix changes there was not the fault.
 */
export async function mendedLines(
  repository: LocalRepository,
  fix: HistoryEntry,
  oldest: string,
): Promise<readonly MendedLine[]> {
  const files = parsePatch(await diffCommits(repository, fix.parent, fix.commit)).map(
    ({ oldPath, hunks }) => ({
      oldPath,
      removed: hunks.flatMap(({ lines }) =>
        lines.flatMap((line) => (line.kind === 'removed' && line.text.trim() !== '' ? [line.oldLine] : [])),
      ),
    }),
  )
  const touched = files.filter(({ oldPath, removed }) => removed.length > 0 && !isTestPath(oldPath))
  const lines = touched.reduce((sum, { removed }) => sum + removed.length, 0)
  if (touched.length > MAX_FIX_FILES || lines > MAX_FIX_LINES) return []
  const origins: MendedLine[] = []
  for (const { oldPath, removed } of touched) {
    const ranges = removed.flatMap((line) => ['-L', `${line},${line}`])
    const output = await repository.bytes([
      'blame',
      '--first-parent',
      '--porcelain',
      ...ranges,
      `${oldest}..${fix.parent}`,
      '--',
      oldPath,
    ])
    origins.push(...readBlame(new TextDecoder().decode(output)))
  }
  return origins
}

/**
 * `git blame --porcelain`: for each line `<commit> <line there> <line here> [<lines>]`, then headers when the commit is new,
 * `filename` among them for the path there and `boundary` for the commit where the search ended, then TAB and the text.
 */
function readBlame(output: string): MendedLine[] {
  const paths = new Map<string, string>()
  const boundaries = new Set<string>()
  const lines: { origin: string; line: number }[] = []
  let origin = ''
  for (const text of output.split('\n')) {
    const [, commit, line] = /^([0-9a-f]{40,64}) (\d+) \d+/.exec(text) ?? []
    if (commit !== undefined && line !== undefined) {
      origin = commit
      lines.push({ origin, line: Number(line) })
    } else if (text.startsWith('filename ')) {
      const path = readWrittenPath(text.slice('filename '.length))
      if (path !== undefined) paths.set(origin, path)
    } else if (text === 'boundary') boundaries.add(origin)
  }
  return lines.flatMap(({ origin, line }) => {
    const path = paths.get(origin)
    return path === undefined || boundaries.has(origin) ? [] : [{ origin, path, line }]
  })
}
