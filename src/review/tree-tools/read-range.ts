import type { HeadTree } from '../head-tree.ts'
import { fittingLines } from './fitting-lines.ts'
import { MOST_LINES, type ToolCall } from './tool-call.ts'

/** Lines of a file with their numbers. */
export async function readRange(
  { path, from, to }: Extract<ToolCall, { tool: 'read_range' }>,
  tree: HeadTree,
  mostBytes: number,
  signal: AbortSignal,
): Promise<string> {
  const text = await tree.file(path, signal)
  if (text === undefined) return 'There is no text file at this path.'
  const lines = text.replace(/\n$/, '').split('\n')
  if (from > lines.length) return `The file ends with line ${lines.length}.`
  const last = Math.min(to, lines.length)
  const wanted = lines.slice(from - 1, Math.min(last, from - 1 + MOST_LINES))
  const shown = fittingLines(
    wanted.map((line, index) => `${from + index}: ${line.replace(/\r$/, '')}`),
    mostBytes,
  )
  const end = from - 1 + shown.length
  const rest = end < last ? [`(cut: ask again from line ${end + 1})`] : []
  return [...shown, ...rest, `(the file has ${lines.length} lines)`].join('\n')
}
