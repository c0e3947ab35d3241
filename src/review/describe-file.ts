import type { FileDiff } from '../diff/file-diff.ts'

/** The file of a question, in one line: paths as JSON, for a file may be named like another line of the form. */
export function describeFile({ path, oldPath, status }: FileDiff): string {
  const renamed = oldPath === path ? '' : `, formerly ${JSON.stringify(oldPath)}`
  return `File: ${JSON.stringify(path)} (${status}${renamed})`
}
