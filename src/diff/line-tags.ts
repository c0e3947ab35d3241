import { createHash } from 'node:crypto'
import type { Anchor, DiffLine, Hunk, Side } from './file-diff.ts'
import { lineNumberOn } from './line-number-on.ts'

/** One line of a hunk with the tag by which a model cites it. */
export interface TaggedLine {
  readonly tag: string
  /** The place of its hunk among the hunks that were given. */
  readonly hunkIndex: number
  /** LEFT for removed lines; RIGHT for added and context lines. */
  readonly side: Side
  /** The number of the line on that side. */
  readonly lineNumber: number
  readonly line: DiffLine
}

/** What a citation from one tag to another means. A refused one is never guessed at. */
export type RangeResolution =
  | {
      readonly kind: 'resolved'
      readonly anchor: Anchor
      /** The lines of the anchor's side from its first to its last. */
      readonly lines: readonly DiffLine[]
    }
  | {
      readonly kind: 'refused'
      readonly reason: 'unknown-tag' | 'different-hunks' | 'mixed-sides'
    }

/** Hunks whose every line has a tag of its own. */
export interface TaggedHunks {
  /** All lines in their order. */
  readonly lines: readonly TaggedLine[]
  /** The one line with exactly this tag. */
  readonly resolve: (tag: string) => TaggedLine | undefined
  /**
   * The anchor from one line to another, both included, in either order. A context line stands on both sides, so
   * beside a removed line it counts as LEFT. An added and a removed line have no side in common.
   */
  readonly resolveRange: (startTag: string, endTag: string) => RangeResolution
}

// No vowels, so that no word appears; no `l`, which looks like `1`. A letter comes first, so that no tag is a number.
const letters = 'bcdfghjkmnpqrstvwxyz'
const characters = `${letters}23456789`
const shortestTag = 4

/**
 * Gives each line a tag that a rebase keeps: it depends on the text of the line, on whether it was added, removed or kept,
 * and on how many equal ones stand above it among these hunks; never on line numbers or commits.
 * A tag has four characters. Where several lines would begin alike, forged or by chance, all of them get longer tags
 * until they differ, so that no tag is the beginning of another.
 */
export function tagLines(hunks: readonly Hunk[]): TaggedHunks {
  const counts = new Map<string, number>()
  const named = hunks.flatMap((hunk, hunkIndex) =>
    hunk.lines.map((line) => ({ name: fullName(line, counts), hunkIndex, line })),
  )
  const lengths = tagLengths(named.map(({ name }) => name))
  const lines = named.map(({ name, hunkIndex, line }): TaggedLine => {
    const side = line.kind === 'removed' ? 'LEFT' : 'RIGHT'
    const lineNumber = line.kind === 'removed' ? line.oldLine : line.newLine
    return { tag: name.slice(0, lengths.get(name)), hunkIndex, side, lineNumber, line }
  })
  const byTag = new Map(lines.map((line) => [line.tag, line]))
  return {
    lines,
    resolve: (tag) => byTag.get(tag),
    resolveRange: (startTag, endTag) => resolveRange(hunks, byTag.get(startTag), byTag.get(endTag)),
  }
}

/** What a line would be called if its tag were as long as can be: different for all lines of the set. */
function fullName(line: DiffLine, counts: Map<string, number>): string {
  const name = hashInLetters(`${line.kind}\n${line.text}`)
  const above = counts.get(name) ?? 0
  counts.set(name, above + 1)
  return above === 0 ? name : hashInLetters(`${name} ${above}`)
}

function hashInLetters(text: string): string {
  const [first = 0, ...rest] = createHash('sha256').update(text).digest()
  return (
    letters.charAt(first % letters.length) +
    rest.map((byte) => characters.charAt(byte % characters.length)).join('')
  )
}

/** The shortest length, by name, at which nothing else begins alike. */
function tagLengths(names: readonly string[]): ReadonlyMap<string, number> {
  const lengths = new Map<string, number>()
  let alike = names
  for (let length = shortestTag; alike.length > 0; length++) {
    const counts = new Map<string, number>()
    for (const name of alike) counts.set(name.slice(0, length), (counts.get(name.slice(0, length)) ?? 0) + 1)
    for (const name of alike) lengths.set(name, length)
    alike = alike.filter((name) => length < name.length && (counts.get(name.slice(0, length)) ?? 0) > 1)
  }
  return lengths
}

function resolveRange(
  hunks: readonly Hunk[],
  start: TaggedLine | undefined,
  end: TaggedLine | undefined,
): RangeResolution {
  if (!start || !end) return { kind: 'refused', reason: 'unknown-tag' }
  if (start.hunkIndex !== end.hunkIndex) return { kind: 'refused', reason: 'different-hunks' }
  const side: Side = start.side === 'LEFT' || end.side === 'LEFT' ? 'LEFT' : 'RIGHT'
  const ends = [lineNumberOn(start.line, side), lineNumberOn(end.line, side)]
  const [first, last] = ends.filter((number) => number !== undefined).sort((a, b) => a - b)
  if (first === undefined || last === undefined) return { kind: 'refused', reason: 'mixed-sides' }
  const lines = (hunks[start.hunkIndex]?.lines ?? []).filter((line) => {
    const number = lineNumberOn(line, side)
    return number !== undefined && first <= number && number <= last
  })
  return { kind: 'resolved', anchor: { side, startLine: first, endLine: last }, lines }
}
