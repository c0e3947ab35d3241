import { createHash } from 'node:crypto'
import type { DiffLine, Hunk } from '../diff/file-diff.ts'
import { sliceHunk } from '../diff/slice-hunk.ts'
import { estimateTokens } from './estimate-tokens.ts'

/** What stands between the texts of two lines in a question: a line feed, a tag, a bar and a sign. */
const BETWEEN_LINES = '\ntags|+'

/**
 * Kinds of borders, best first, and how far from others each has to be, in least sizes of a piece: the less a reader can do
 * without the other side, the more has to stand on both.
 */
const APART = { 'between hunks': 1, outermost: 1, 'after a blank line': 2, 'any line': 4 } as const
type BorderKind = keyof typeof APART
// The keys of the literal above.
const bestFirst = Object.keys(APART) as BorderKind[]

/** A place between two lines at which hunks may be divided. */
interface Border {
  readonly hunk: number
  /** Of the line in the hunk that comes after it. */
  readonly line: number
  /** Tokens of all hunks before it. */
  readonly tokensBefore: number
}

/**
 * Divides the hunks of a file into pieces, in their order, none of which is smaller than `leastTokens` unless the file is.
 * Every line of every hunk is in exactly one piece, and a hunk that is divided is whole hunks again in each.
 *
 * Where a piece ends follows from the lines around that place, not from where in the file they stand: after an edit
 * somewhere else, the pieces that it did not touch come out as they were, so their questions are known already. That is
 * content-defined chunking (Muthitacharoen et al., "A low-bandwidth network file system", 2001); instead of any hash, the
 * best borders of code are taken first.
 */
export function divideHunks(hunks: readonly Hunk[], leastTokens: number): readonly (readonly Hunk[])[] {
  const pieces: Hunk[][] = [[]]
  const starts = hunks.map((): number[] => [])
  for (const { hunk, line } of chooseBorders(hunks, leastTokens)) starts[hunk]?.push(line)
  for (const [index, hunk] of hunks.entries()) {
    const inside = (starts[index] ?? []).filter((line) => line > 0)
    if (starts[index]?.[0] === 0) pieces.push([])
    for (const [at, start] of [0, ...inside].entries()) {
      if (at > 0) pieces.push([])
      const end = inside[at] ?? hunk.lines.length
      pieces.at(-1)?.push(inside.length === 0 ? hunk : sliceHunk(hunk, start, end))
    }
  }
  return pieces.filter((piece) => piece.length > 0)
}

/** Of a hunk as a question shows it. */
export function hunkTokens(hunk: Hunk): number {
  return estimateTokens([hunk.heading, ...hunk.lines.map((line) => line.text)].join(BETWEEN_LINES))
}

/**
 * The best ones first, as long as they keep their distance from those chosen before, and from both ends. In the order in
 * which they stand.
 */
function chooseBorders(hunks: readonly Hunk[], leastTokens: number): readonly Border[] {
  const { borders, total } = findBorders(hunks)
  if (total < 2 * leastTokens) return []
  let chosen: readonly Border[] = []
  for (const kind of bestFirst) {
    const apart = leastTokens * APART[kind]
    const before = chosen
    // Most borders are of the last kind, and too near to a better one: they need no place in an order.
    const possible = borders[kind].filter(
      ({ tokensBefore }) =>
        tokensBefore >= leastTokens &&
        total - tokensBefore >= leastTokens &&
        keepsDistance(tokensBefore, before, apart),
    )
    chosen = withBorders(chosen, inOrder(possible, hunks), apart)
  }
  return chosen
}

/** Those that are chosen, and of the others each that keeps its distance from all before it. */
function withBorders(chosen: readonly Border[], others: readonly Border[], apart: number): readonly Border[] {
  const all = [...chosen]
  for (const border of others) {
    if (keepsDistance(border.tokensBefore, all, apart)) {
      all.splice(indexFrom(border.tokensBefore, all), 0, border)
    }
  }
  return all
}

/** In an order that only the line after each border decides. */
function inOrder(borders: readonly Border[], hunks: readonly Hunk[]): readonly Border[] {
  return borders
    .map((border) => ({ border, order: orderOf(hunks[border.hunk]?.lines[border.line]?.text ?? '') }))
    .toSorted((a, b) => a.order - b.order)
    .map(({ border }) => border)
}

/** Whether none of the borders, in the order in which they stand, is nearer than that. */
function keepsDistance(tokensBefore: number, borders: readonly Border[], apart: number): boolean {
  const next = indexFrom(tokensBefore, borders)
  const [left, right] = [borders[next - 1], borders[next]]
  return (
    (!left || tokensBefore - left.tokensBefore >= apart) &&
    (!right || right.tokensBefore - tokensBefore >= apart)
  )
}

/** Of the first border with so many tokens before it, or more: by halving. */
function indexFrom(tokensBefore: number, borders: readonly Border[]): number {
  let [low, high] = [0, borders.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((borders[middle]?.tokensBefore ?? Infinity) < tokensBefore) low = middle + 1
    else high = middle
  }
  return low
}

/** By their kind, in the order in which they stand. */
function findBorders(hunks: readonly Hunk[]): {
  readonly borders: Readonly<Record<BorderKind, readonly Border[]>>
  readonly total: number
} {
  const borders: Record<BorderKind, Border[]> = {
    'between hunks': [],
    outermost: [],
    'after a blank line': [],
    'any line': [],
  }
  let tokensBefore = 0
  for (const [hunk, { lines }] of hunks.entries()) {
    let hasChange = false
    for (const [line, { text, kind: change }] of lines.entries()) {
      const kind = line === 0 || hasChange ? borderBefore(lines, line) : undefined
      hasChange ||= change !== 'context'
      if (kind) borders[kind].push({ hunk, line, tokensBefore })
      tokensBefore += estimateTokens(BETWEEN_LINES + text)
    }
  }
  return { borders, total: tokensBefore }
}

/** Undefined where no piece may begin: inside of a hunk each begins with a changed line, so that there is none without one. */
function borderBefore(lines: readonly DiffLine[], index: number): BorderKind | undefined {
  const line = lines[index]
  const previous = lines[index - 1]
  if (!previous) return 'between hunks'
  if (!line || line.kind === 'context' || !/[\p{L}\p{N}_@#]/u.test(line.text)) return undefined
  if (previous.text.trim() !== '') return 'any line'
  return /^\s/.test(line.text) ? 'after a blank line' : 'outermost'
}

function orderOf(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE()
}
