import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Hunk } from '../diff/file-diff.ts'
import { parseHunks } from '../diff/parse-patch.ts'
import { divideHunks, hunkTokens } from './divide-hunks.ts'

/** A hunk that adds the lines at the top of a new file. */
function added(lines: readonly string[]): Hunk {
  const [hunk] = parseHunks(`@@ -0,0 +1,${lines.length} @@\n${lines.map((line) => `+${line}\n`).join('')}`)
  if (!hunk) throw new Error('the patch has a hunk')
  return hunk
}

/** Some functions of about 60 tokens each, with a blank line between them and one inside. */
function functions(names: readonly string[]): string[] {
  return names.flatMap((name) => [
    `export function ${name}(given: readonly number[]): number {`,
    `  const ${name}Total = given.reduce((sum, one) => sum + one, 0)`,
    '',
    `  return ${name}Total / given.length`,
    '}',
    '',
  ])
}

const names = Array.from({ length: 40 }, (_, index) => `measure${index}`)

const textOf = (piece: readonly Hunk[]): string =>
  piece.map(({ lines }) => lines.map(({ kind, text }) => `${kind} ${text}`).join('\n')).join('\n@@\n')

const tokensOf = (piece: readonly Hunk[]): number => piece.reduce((sum, hunk) => sum + hunkTokens(hunk), 0)

describe('where hunks are divided', () => {
  test('a change too small for two pieces is one, as it is', () => {
    const hunks = parseHunks('@@ -1 +1 @@ a\n-x\n+y\n@@ -9 +9 @@ b\n-x\n+y\n')
    expect(divideHunks(hunks, 350)).toEqual([hunks])
    expect(divideHunks([], 350)).toEqual([])
  })

  test('between hunks rather than inside of one', () => {
    const lines = functions(names.slice(0, 6)).map((line) => `+${line}\n`)
    const hunks = parseHunks(
      `@@ -0,0 +1,36 @@\n${lines.join('')}@@ -50,0 +90,36 @@\n${lines.join('')}@@ -90,0 +190,36 @@\n${lines.join('')}`,
    )
    expect(divideHunks(hunks, 300).map((piece) => piece.length)).toEqual([1, 1, 1])
  })

  test('at the outermost line after a blank one rather than inside of a function', () => {
    const pieces = divideHunks([added(functions(names))], 200)
    expect(pieces.length).toBeGreaterThan(5)
    for (const [hunk] of pieces) expect(hunk?.lines[0]?.text).toMatch(/^export function/)
  })

  test('at any line where there is nothing better for long, so that no piece grows without end', () => {
    const wall = Array.from({ length: 2_000 }, (_, index) => `  call(${index * 7919}, 'some text')`)
    const pieces = divideHunks([added(wall)], 200)
    for (const piece of pieces) expect(tokensOf(piece)).toBeLessThan(2_000)
  })

  test('never so that a piece has nothing that changed', () => {
    const patch = ['@@ -1,80 +1,81 @@\n', '+first\n', ...Array.from({ length: 40 }, () => ' \n same\n')]
    expect(divideHunks(parseHunks(patch.join('')), 20)).toHaveLength(1)

    const prose = (word: string): string => `${`${word} `.repeat(200)}\n`
    const long = `@@ -1,2 +1,4 @@\n ${prose('old')} \n+${prose('new')}+\n`
    expect(divideHunks(parseHunks(long), 20)).toHaveLength(1)
  })
})

describe('after an edit', () => {
  test('the pieces that it did not touch come out as they were, wherever they stand now', () => {
    const before = divideHunks([added(functions(names))], 200).map(textOf)
    const edited = ['// One more line at the top.', '', ...functions([...names.slice(0, 20), 'another'])]
    const after = divideHunks([added([...edited, ...functions(names.slice(20))])], 200).map(textOf)
    const kept = after.filter((piece) => before.includes(piece))
    expect(before.length - kept.length).toBeLessThanOrEqual(4)
  })
})

test('every line is in exactly one piece, in order, and only the last pieces of small changes are small', () => {
  const line = fc.constantFrom('', 'a', '  b()', '\tif (c) {', '}', 'd'.repeat(90), 'é'.repeat(40))
  const hunk = fc.array(line, { minLength: 1, maxLength: 60 })
  const least = fc.integer({ min: 1, max: 400 })
  fc.assert(
    fc.property(fc.array(hunk, { maxLength: 6 }), least, (given, leastTokens) => {
      const hunks = given.map(added)
      const pieces = divideHunks(hunks, leastTokens)
      const lines = (of: readonly Hunk[]) => of.flatMap((one) => one.lines)
      const [divided, whole] = [lines(pieces.flat()), lines(hunks)]
      expect(divided.length).toBe(whole.length)
      // The very lines, not equal ones: receipts know what was read by them.
      expect(divided.every((one, index) => one === whole[index])).toBe(true)
      const tooSmall = pieces.filter((piece) => tokensOf(piece) * 2 <= leastTokens)
      expect(pieces.length === 1 ? [] : tooSmall).toEqual([])
    }),
  )
})
