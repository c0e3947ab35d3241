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
const bestFirst = Object.keys(APART)

/** A place between two lines at which hunks may be divided. */
interface Border {
  readonly hunk: number
  /** Of the line in the hunk that comes after it. */
  readonly line: number
  /** Tokens of all hunks before it. */
  readonly tokensBefore: number
  readonly kind: BorderKind
  /** Puts borders of one kind in an order that only the line after each decides. */
  readonly order: number
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
  const borders = chooseBorders(hunks, leastTokens)
  for (const [index, hunk] of hunks.entries()) {
    const starts = borders.flatMap((border) => (border.hunk === index ? [border.line] : []))
    if (starts[0] === 0) pieces.push([])
    const inside = starts.filter((line) => line > 0)
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

/** The best ones first, as long as they keep their distance from those chosen before, and from both ends. */
function chooseBorders(hunks: readonly Hunk[], leastTokens: number): readonly Border[] {
  const { borders, total } = findBorders(hunks)
  const chosen: Border[] = []
  for (const border of borders.toSorted((a, b) => rank(a) - rank(b) || a.order - b.order)) {
    const { tokensBefore, kind } = border
    const apart = leastTokens * APART[kind]
    if (tokensBefore < leastTokens || total - tokensBefore < leastTokens) continue
    if (chosen.every((other) => Math.abs(other.tokensBefore - tokensBefore) >= apart)) chosen.push(border)
  }
  return chosen.toSorted((a, b) => a.tokensBefore - b.tokensBefore)
}

function rank({ kind }: Border): number {
  return bestFirst.indexOf(kind)
}

function findBorders(hunks: readonly Hunk[]): {
  readonly borders: readonly Border[]
  readonly total: number
} {
  const borders: Border[] = []
  let tokensBefore = 0
  for (const [hunk, { lines }] of hunks.entries()) {
    for (const [line, { text }] of lines.entries()) {
      const kind = borderBefore(lines, line)
      if (kind) borders.push({ hunk, line, tokensBefore, kind, order: orderOf(text) })
      tokensBefore += estimateTokens(BETWEEN_LINES + text)
    }
  }
  return { borders, total: tokensBefore }
}

/** Undefined where no piece may begin: each begins with a changed line, so that there is none without one. */
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
