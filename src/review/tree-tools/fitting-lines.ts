/** Longer lines are cut: they are data, or were written by a machine. */
const LONGEST_LINE = 240

/** The first of some lines, each cut to a readable length, that together have no more bytes than given. */
export function fittingLines(lines: readonly string[], mostBytes: number): string[] {
  const shown: string[] = []
  let left = mostBytes
  for (const line of lines) {
    const text = line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)}…` : line
    left -= Buffer.byteLength(text) + 1
    if (left < 0) break
    shown.push(text)
  }
  return shown
}
