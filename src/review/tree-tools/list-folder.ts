import { MAX_TREE_PATHS, type HeadTree } from '../head-tree.ts'
import { fittingLines } from './fitting-lines.ts'
import type { ToolCall } from './tool-call.ts'

const MOST_ENTRIES = 200

/** What is in a folder: files, and folders with a `/` at their end. Each is JSON, so that it stays one line. */
export async function listFolder(
  { path }: Extract<ToolCall, { tool: 'list' }>,
  tree: HeadTree,
  mostBytes: number,
  signal: AbortSignal,
): Promise<string> {
  const paths = await tree.paths(signal)
  const prefix = path === '' ? '' : `${path}/`
  const names = new Set(
    paths.flatMap((one) =>
      one.startsWith(prefix) ? [/^[^/]*\/?/.exec(one.slice(prefix.length))?.[0] ?? ''] : [],
    ),
  )
  const notes = paths.length < MAX_TREE_PATHS ? [] : [`(only ${MAX_TREE_PATHS} files are listed in all)`]
  if (names.size === 0) return ['There is no such folder with files.', ...notes].join('\n')
  const entries = [...names].toSorted().map((name) => JSON.stringify(name))
  const shown = fittingLines(entries.slice(0, MOST_ENTRIES), mostBytes)
  const left = entries.length - shown.length
  return [...shown, ...(left > 0 ? [`(cut: ${left} more)`] : []), ...notes].join('\n')
}
