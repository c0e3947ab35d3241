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

/** What a citation from one tag to another means: lines of one side of one hunk, or why it means none. */
type RangeResolution =
  | { readonly kind: 'resolved'; readonly anchor: Anchor }
  | { readonly kind: 'unresolved'; readonly reason: 'unknown-tag' | 'different-hunks' | 'mixed-sides' }

interface TaggedHunk {
  readonly heading: string
  readonly lines: readonly TaggedLine[]
}

/** Hunks whose every line has a tag of its own. */
export interface TaggedHunks {
  readonly hunks: readonly TaggedHunk[]
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
  const named = hunks.map(({ heading, lines }) => ({
    heading,
    lines: lines.map((line) => ({ name: fullName(line, counts), line })),
  }))
  const lengths = tagLengths(named.flatMap(({ lines }) => lines.map(({ name }) => name)))
  const tagged = named.map(({ heading, lines }, hunkIndex): TaggedHunk => {
    const tag = (name: string): string => name.slice(0, lengths.get(name))
    return {
      heading,
      lines: lines.map(({ name, line }) => ({ tag: tag(name), hunkIndex, ...place(line), line })),
    }
  })
  const byTag = new Map(tagged.flatMap(({ lines }) => lines.map((line) => [line.tag, line] as const)))
  return {
    hunks: tagged,
    resolve: (tag) => byTag.get(tag),
    resolveRange: (startTag, endTag) => resolveRange(byTag.get(startTag), byTag.get(endTag)),
  }
}

function place(line: DiffLine): Pick<TaggedLine, 'side' | 'lineNumber'> {
  return line.kind === 'removed'
    ? { side: 'LEFT', lineNumber: line.oldLine }
    : { side: 'RIGHT', lineNumber: line.newLine }
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

function resolveRange(start: TaggedLine | undefined, end: TaggedLine | undefined): RangeResolution {
  if (!start || !end) return { kind: 'unresolved', reason: 'unknown-tag' }
  if (start.hunkIndex !== end.hunkIndex) return { kind: 'unresolved', reason: 'different-hunks' }
  const side: Side = start.side === 'LEFT' || end.side === 'LEFT' ? 'LEFT' : 'RIGHT'
  const from = lineNumberOn(start.line, side)
  const to = lineNumberOn(end.line, side)
  if (from === undefined || to === undefined) return { kind: 'unresolved', reason: 'mixed-sides' }
  return { kind: 'resolved', anchor: { side, startLine: Math.min(from, to), endLine: Math.max(from, to) } }
}
