/** Marks text for a terminal; leaves it as it is anywhere else. */
export interface Style {
  bold(text: string): string
  dim(text: string): string
  green(text: string): string
  yellow(text: string): string
  red(text: string): string
}

/** Colours on terminals only, and never when `NO_COLOR` is set (no-color.org). */
export function styleFor(stream: { readonly isTTY?: boolean }): Style {
  const hasColours = stream.isTTY === true && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb'
  const mark =
    (on: number, off: number) =>
    (text: string): string =>
      hasColours ? `\u001b[${on}m${text}\u001b[${off}m` : text
  return {
    bold: mark(1, 22),
    dim: mark(2, 22),
    green: mark(32, 39),
    yellow: mark(33, 39),
    red: mark(31, 39),
  }
}
