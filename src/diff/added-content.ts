import type { FileDiff } from './file-diff.ts'

/**
 * The whole content of a file that the change adds: its patch holds every line. Undefined for all other files, and for
 * what may be no text in UTF-8: a patch shows other bytes as U+FFFD.
 */
export function addedContent({ status, hunks }: FileDiff): string | undefined {
  const [hunk, ...others] = hunks
  if (status !== 'added' || !hunk || others.length > 0) return undefined
  const text = hunk.lines.map((line) => line.text).join('\n')
  if (/[\uFFFD\0]/.test(text)) return undefined
  return hunk.lines.at(-1)?.noNewline ? text : `${text}\n`
}
