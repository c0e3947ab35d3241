/** Tells the line (1-based) of an offset; the offset counts in whatever unit `lineStarts` was made in. */
export function lineAt(lineStarts: readonly number[], offset: number): number {
  let low = 0
  let high = lineStarts.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((lineStarts[middle] ?? Infinity) <= offset) low = middle + 1
    else high = middle
  }
  return Math.max(1, low)
}

/** Where each line starts in a text (UTF-16 offsets), or in bytes (byte offsets). */
export function lineStarts(text: string | Uint8Array): number[] {
  const starts = [0]
  // A newline is the same one unit in UTF-16 and in UTF-8, and part of no other character.
  const next = (from: number): number =>
    typeof text === 'string' ? text.indexOf('\n', from) : text.indexOf(10, from)
  for (let newline = next(0); newline >= 0; newline = next(newline + 1)) starts.push(newline + 1)
  return starts
}
