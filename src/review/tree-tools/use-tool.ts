import type { HeadTree } from '../head-tree.ts'
import { listFolder } from './list-folder.ts'
import { readRange } from './read-range.ts'
import { searchText } from './search-text.ts'
import type { ToolCall } from './tool-call.ts'

/** Of one result, in bytes: the largest is cut, and says so. */
export const MOST_RESULT_BYTES = 8_000

/**
 * What the files of the head say to a call, as text to show to the model that asked. The same for the same tree, to the
 * byte: nothing in it depends on time, place or who asks. What is not there is an answer, too.
 */
export function useTool(call: ToolCall, tree: HeadTree, signal: AbortSignal): Promise<string> {
  switch (call.tool) {
    case 'read_range':
      return readRange(call, tree, MOST_RESULT_BYTES, signal)
    case 'search':
      return searchText(call, tree, MOST_RESULT_BYTES, signal)
    case 'list':
      return listFolder(call, tree, MOST_RESULT_BYTES, signal)
  }
}
