/** Puts colours on text, or leaves it as it is. */
export interface Paint {
  readonly bold: (text: string) => string
  readonly dim: (text: string) => string
  readonly red: (text: string) => string
  readonly green: (text: string) => string
  readonly yellow: (text: string) => string
}

/** ANSI "select graphic rendition" codes: the one that begins and the one that ends. Source: ECMA-48, 8.3.117. */
const codes = { bold: [1, 22], dim: [2, 22], red: [31, 39], green: [32, 39], yellow: [33, 39] } as const

export function createPaint(color: boolean): Paint {
  const paint =
    ([begin, end]: readonly [number, number]) =>
    (text: string): string =>
      color && text ? `\u001B[${begin}m${text}\u001B[${end}m` : text
  return {
    bold: paint(codes.bold),
    dim: paint(codes.dim),
    red: paint(codes.red),
    green: paint(codes.green),
    yellow: paint(codes.yellow),
  }
}
