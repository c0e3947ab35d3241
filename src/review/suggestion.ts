import type { Anchor, FileDiff } from '../diff/file-diff.ts'
import { linesOf } from '../diff/lines-of.ts'

/**
 * The replacement as a `suggestion` that GitHub can apply, or undefined when it must not be offered:
 * it stands on the old side, changes nothing, holds a hidden credential, or has characters that no editor shows.
 */
export function usableReplacement(
  replacement: string | undefined,
  anchor: Anchor,
  file: FileDiff,
): string | undefined {
  if (replacement === undefined || anchor.side === 'LEFT') return undefined
  const text = replacement.replaceAll('\r\n', '\n').replace(/\n$/, '')
  const current = linesOf(file, anchor)
    .map((line) => line.text.replace(/\r$/, ''))
    .join('\n')
  if (text === current || text.includes('‹secret:')) return undefined
  return /[\p{Cc}\u202A-\u202E\u2066-\u2069]/u.test(text.replaceAll(/[\n\t]/g, '')) ? undefined : text
}
