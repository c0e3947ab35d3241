import type { Anchor, FileDiff } from '../diff/file-diff.ts'
import { linesOf } from '../diff/lines-of.ts'

/**
 * The replacement without the end of its last line, or undefined when it must not be shown at all: it stands on the old
 * side, changes nothing, holds a hidden credential or characters that no editor shows, or has a line that bots would
 * take for a command. An empty one is how models say that they have none: it would delete the lines. Whether it may be
 * offered as a `suggestion`, `proveSuggestions` says.
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
  if (text.trim() === '' || text === current) return undefined
  if (text.includes('‹secret:') || command.test(text)) return undefined
  return hidden.test(text) ? undefined : text
}

const command = /^\/[a-z][\w-]*(?: |$)/im

const hidden = /(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u
