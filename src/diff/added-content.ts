import type { FileDiff } from './file-diff.ts'

/** The whole content of a file that the change adds: its patch holds every line. Undefined for all other files. */
export function addedContent({ status, hunks }: FileDiff): string | undefined {
  const [hunk, ...others] = hunks
  if (status !== 'added' || !hunk || others.length > 0) return undefined
  const text = hunk.lines.map((line) => line.text).join('\n')
  return hunk.lines.at(-1)?.noNewline ? text : `${text}\n`
}
