import type { Anchor, FileDiff } from '../diff/file-diff.ts'
import { linesOf } from '../diff/lines-of.ts'

/**
 * The replacement as a `suggestion` that GitHub can apply, or undefined when it must not be offered: it stands on the
 * old side, changes nothing, begins at another indentation, holds a hidden credential or characters that no editor
 * shows, or has a line that bots would take for a command. An empty one is how models say that they have none: it would
 * delete the lines.
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
  if (text.trim() === '' || text === current || indentation(text) !== indentation(current)) return undefined
  if (text.includes('‹secret:') || command.test(text)) return undefined
  return hidden.test(text) ? undefined : text
}

const command = /^\/[a-z][\w-]*(?: |$)/im

const hidden = /(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u

/** Of the first line that is not blank. */
function indentation(text: string): string | undefined {
  return /^[ \t]*(?=\S)/m.exec(text)?.[0]
}
