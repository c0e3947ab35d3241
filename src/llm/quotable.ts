/** Fewer characters in common are chance. */
const REPEATED = 20

/**
 * At most 300 characters of somebody's words on one line, to be shown in a message; empty when they repeat a secret,
 * or more than a few characters of what was sent: servers like to show what they did not understand.
 */
export function quotable(words: string, secret: string, sent: string): string {
  const line = oneLine(words.slice(0, 1_000)).slice(0, 300)
  if (secret !== '' && line.includes(secret)) return ''
  const sentLine = oneLine(sent)
  for (let start = 0; start + REPEATED <= line.length; start++) {
    if (sentLine.includes(line.slice(start, start + REPEATED))) return ''
  }
  return line
}

function oneLine(text: string): string {
  return text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim()
}
