import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { linesOf, misplacedLines } from '../../test/misplaced-lines.ts'
import { openScratchRepository, type ScratchRepository } from '../../test/scratch-repository.ts'
import { isCommentable } from './commentable-lines.ts'
import type { DiffLine, FileDiff, Hunk } from './file-diff.ts'
import { lineNumberOn } from './line-number-on.ts'
import { tagLines, type TaggedHunks, type TaggedLine } from './line-tags.ts'
import { parseHunks, parsePatch } from './parse-patch.ts'

let repository: ScratchRepository

beforeAll(() => {
  repository = openScratchRepository()
})

afterAll(() => repository.close())

/** What git says lies between two texts; undefined when they are equal. */
function diffOf(oldText: string, newText: string): FileDiff | undefined {
  repository.write('old', oldText)
  repository.write('new', newText)
  const blobs = repository.git('hash-object', '-w', 'old', 'new').toString().trim().split('\n')
  return parsePatch(repository.git('diff', '--text', ...blobs))[0]
}

const allLines = (tagged: TaggedHunks): TaggedLine[] => tagged.hunks.flatMap(({ lines }) => lines)

/** Lines that repeat, lines that look like parts of a patch, and any others. */
const textLine = fc.oneof(
  fc.constantFrom(
    '',
    '}',
    '  return',
    '--',
    '++ x',
    '@@ -1 +1 @@',
    '\\ No newline at end of file',
    'a\r',
    '\u2028',
  ),
  fc.string({ unit: 'binary', maxLength: 20 }).map((text) => text.replaceAll('\n', ' ')),
)

/** A text and what an edit made of it: both begin with the same four lines. */
const edit = fc
  .record({
    pieces: fc.array(fc.record({ old: textLine, new: fc.option(fc.array(textLine, { maxLength: 2 })) }), {
      maxLength: 60,
    }),
    ends: fc.tuple(fc.constantFrom('', '\n'), fc.constantFrom('', '\n')),
  })
  .map(({ pieces, ends }) => {
    const start = ['first', 'second', 'third', 'fourth']
    const [oldEnd, newEnd] = ends
    return {
      oldText: [...start, ...pieces.map((piece) => piece.old)].join('\n') + oldEnd,
      newText: [...start, ...pieces.flatMap((piece) => piece.new ?? [piece.old])].join('\n') + newEnd,
    }
  })

test('every tag of a real diff leads back to its one line in the real file', () => {
  fc.assert(
    fc.property(edit, ({ oldText, newText }) => {
      const file = diffOf(oldText, newText)
      if (!file) return
      expect(misplacedLines(file.hunks, oldText, newText)).toEqual([])
      const tagged = tagLines(file.hunks)
      const texts = { LEFT: linesOf(oldText), RIGHT: linesOf(newText) }
      expect(tagged.hunks.map(({ lines }) => lines.map(({ line }) => line))).toEqual(
        file.hunks.map(({ lines }) => lines),
      )
      for (const taggedLine of allLines(tagged)) {
        expect(tagged.resolve(taggedLine.tag)).toBe(taggedLine)
        expect(texts[taggedLine.side][taggedLine.lineNumber - 1]).toBe(taggedLine.line.text)
      }
    }),
    { numRuns: 60 },
  )
})

test('every range that resolves can be commented, and holds the lines of the real file', () => {
  fc.assert(
    fc.property(edit, fc.nat(), fc.nat(), ({ oldText, newText }, from, to) => {
      const file = diffOf(oldText, newText)
      if (!file) return
      const tagged = tagLines(file.hunks)
      const { resolveRange } = tagged
      const lines = allLines(tagged)
      const [start, end] = [lines[from % lines.length], lines[to % lines.length]]
      const range = resolveRange(start?.tag ?? '', end?.tag ?? '')
      expect(resolveRange(end?.tag ?? '', start?.tag ?? '')).toEqual(range)
      const kinds = new Set([start?.line.kind, end?.line.kind])
      const isMixed = kinds.has('added') && kinds.has('removed')
      const expected =
        start?.hunkIndex !== end?.hunkIndex ? 'different-hunks' : isMixed ? 'mixed-sides' : 'none'
      expect(range.kind === 'unresolved' ? range.reason : 'none').toBe(expected)
      if (range.kind === 'unresolved') return
      const { side, startLine, endLine } = range.anchor
      expect(isCommentable(file, range.anchor)).toBe(true)
      const texts = linesOf(side === 'LEFT' ? oldText : newText)
      const ends = [start, end].map((cited) => cited && lineNumberOn(cited.line, side))
      expect(new Set(ends)).toEqual(new Set([startLine, endLine]))
      expect(new Set([texts[startLine - 1], texts[endLine - 1]])).toEqual(
        new Set([start?.line.text, end?.line.text]),
      )
    }),
    { numRuns: 60 },
  )
})

test('unrelated lines inserted above change no tag', () => {
  const tags = (file: FileDiff | undefined): unknown =>
    allLines(tagLines(file?.hunks ?? [])).map(({ tag }) => tag)
  fc.assert(
    fc.property(edit, fc.integer({ min: 1, max: 50 }), ({ oldText, newText }, count) => {
      const inserted = Array.from({ length: count }, (_, index) => `unrelated ${index}\n`).join('')
      expect(tags(diffOf(inserted + oldText, inserted + newText))).toEqual(tags(diffOf(oldText, newText)))
    }),
    { numRuns: 40 },
  )
})

/** The hunks of a patch, tagged; lines are then named by their text. */
function tagged(patch: string): TaggedHunks & { tagOf: (text: string) => string } {
  const all = tagLines(parseHunks(patch))
  return {
    ...all,
    tagOf: (text) => allLines(all).find(({ line }) => line.text === text)?.tag ?? 'no such line',
  }
}

const added = (texts: readonly string[]): Hunk => ({
  oldStart: 0,
  oldLines: 0,
  newStart: 1,
  newLines: texts.length,
  heading: '',
  lines: texts.map((text, index): DiffLine => ({ kind: 'added', newLine: index + 1, text })),
})

test('equal lines have tags of their own, and so have their added, removed and kept forms', () => {
  const lines = allLines(tagged('@@ -1,3 +1,4 @@\n x\n-x\n-x\n+x\n+x\n+x'))
  expect(new Set(lines.map(({ tag }) => tag)).size).toBe(6)
})

test('an equal line further down changes no tag above it', () => {
  const one = allLines(tagLines([added(['x', 'y'])]))
  const two = allLines(tagLines([added(['x', 'y', 'x'])]))
  expect(two.slice(0, 2)).toEqual(one)
})

test('tags are short, without vowels or look-alikes, and never a number', () => {
  const texts = ['', ' ', 'const x = 1', 'x'.repeat(36_000), '\ud800', '\ud801', '\0']
  const lines = allLines(tagLines([added(texts)]))
  for (const { tag } of lines) expect(tag).toMatch(/^[bcdfghjkmnpqrstvwxyz][bcdfghjkmnpqrstvwxyz2-9]{3,4}$/)
  expect(new Set(lines.map(({ tag }) => tag)).size).toBe(lines.length)
})

test('lines whose tags would begin alike get longer ones, whatever their order', () => {
  // 20 × 28³ short tags: among 5,000 lines about 28 pairs begin alike.
  const texts = Array.from({ length: 5_000 }, (_, index) => `line ${index}`)
  const lines = allLines(tagLines([added(texts)]))
  const tags = new Set(lines.map(({ tag }) => tag))
  expect(tags.size).toBe(5_000)
  const long = [...tags].filter((tag) => tag.length > 4)
  expect(long.length).toBeGreaterThan(1)
  expect(long.length).toBeLessThan(250)
  for (const tag of long) {
    expect(tags.has(tag.slice(0, 4))).toBe(false)
    expect(long.filter((other) => other.slice(0, 4) === tag.slice(0, 4)).length).toBeGreaterThan(1)
  }
  expect(new Set(allLines(tagLines([added(texts.toReversed())])).map(({ tag }) => tag))).toEqual(tags)
})

test('a tag that is not exactly one of the set resolves to nothing', () => {
  const { resolve, tagOf } = tagged('@@ -1 +1 @@\n-a\n+b')
  for (const tag of ['', tagOf('a').slice(1), `${tagOf('a')}b`, tagOf('a').toUpperCase(), ` ${tagOf('a')}`])
    expect(resolve(tag)).toBeUndefined()
})

test('a range stands on the side that both of its ends have', () => {
  const { resolveRange, tagOf } = tagged('@@ -10,4 +20,4 @@\n before\n-old 1\n-old 2\n+new 1\n+new 2\n after')
  const anchor = (start: string, end: string): unknown => {
    const range = resolveRange(tagOf(start), tagOf(end))
    return range.kind === 'resolved' ? range.anchor : range.reason
  }
  expect(anchor('new 1', 'new 2')).toEqual({ side: 'RIGHT', startLine: 21, endLine: 22 })
  expect(anchor('new 2', 'new 1')).toEqual({ side: 'RIGHT', startLine: 21, endLine: 22 })
  expect(anchor('old 1', 'old 2')).toEqual({ side: 'LEFT', startLine: 11, endLine: 12 })
  expect(anchor('before', 'after')).toEqual({ side: 'RIGHT', startLine: 20, endLine: 23 })
  expect(anchor('before', 'old 2')).toEqual({ side: 'LEFT', startLine: 10, endLine: 12 })
  expect(anchor('old 1', 'new 1')).toBe('mixed-sides')
  expect(anchor('old 1', 'elsewhere')).toBe('unknown-tag')
})

test('a range over two hunks is refused', () => {
  const { resolveRange, tagOf } = tagged('@@ -1 +1 @@\n-a\n+b\n@@ -9 +9 @@\n-c\n+d')
  expect(resolveRange(tagOf('b'), tagOf('d'))).toEqual({ kind: 'unresolved', reason: 'different-hunks' })
})

test('no hunks have no tags', () => {
  expect(tagLines([]).hunks).toEqual([])
})
