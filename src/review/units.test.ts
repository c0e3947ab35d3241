import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { DiffLine } from '../diff/file-diff.ts'
import { parseHunks } from '../diff/parse-patch.ts'
import { estimateTokens } from './estimate-tokens.ts'
import type { SelectedFile, Selection } from './select.ts'
import { halves, makeUnits, questionTokens, type DividedChange, type Unit } from './units.ts'

const reviewed: Selection = { kind: 'review' }

/** A file with hunks that each add so many lines of 93 characters: 100 bytes in a question. */
function file(path: string, hunks: readonly number[], selection: Selection = reviewed): SelectedFile {
  let next = 1
  const patches = hunks.map((lines) => {
    const start = next
    next += lines + 10
    return `@@ -${start - 1},0 +${start},${lines} @@\n${`+${'x'.repeat(93)}\n`.repeat(lines)}`
  })
  const diff = {
    path,
    oldPath: path,
    status: 'modified',
    binary: false,
    hunks: parseHunks(patches.join('')),
  } as const
  return { file: { diff }, selection }
}

const roomy = { unitTokens: 1_000_000, runTokens: 1_000_000 }

/** Each unit as its path and the lines of its hunks. */
const shape = (units: DividedChange['units']): unknown[] =>
  units.map(({ path, hunks }) => [path, ...hunks.map(({ newLines }) => newLines)])

test('a file is one unit as long as it fits, with its content', () => {
  const given = file('a.ts', [1, 2, 3])
  const { units, overBudget } = makeUnits([{ ...given, file: { ...given.file, content: 'whole' } }], roomy)
  expect(units).toEqual([
    expect.objectContaining({
      path: 'a.ts',
      file: given.file.diff,
      hunks: given.file.diff.hunks,
      content: 'whole',
    }),
  ])
  expect(overBudget).toEqual([])
})

test('a large change of a file makes several units, each of the whole file', () => {
  // 7 lines are 700 bytes: 200 tokens.
  const given = file('a.ts', [7, 7, 7, 7, 7])
  const { units } = makeUnits([{ ...given, file: { ...given.file, content: 'whole' } }], {
    ...roomy,
    unitTokens: 190,
  })
  expect(shape(units)).toEqual(Array.from({ length: 5 }, () => ['a.ts', 7]))
  for (const unit of units) expect(unit).toMatchObject({ file: given.file.diff, content: 'whole' })
})

test('a line that no question can hold is named, and what stands around it is read', () => {
  const diff = {
    path: 'a.ts',
    oldPath: 'a.ts',
    status: 'modified',
    binary: false,
    hunks: parseHunks(`@@ -1,0 +1 @@\n+short\n@@ -9,0 +10 @@\n+${'x'.repeat(200_000)}\n`),
  } as const
  const { units, overBudget } = makeUnits([{ file: { diff }, selection: reviewed }], {
    ...roomy,
    unitTokens: 1,
  })
  expect(shape(units)).toEqual([['a.ts', 1]])
  expect(overBudget.map(({ reason }) => reason)).toEqual(['its lines are too long for a question'])
})

test('source comes first, then tests, then prose and settings; larger changes first, then by path', () => {
  const files = [
    file('README.md', [9]),
    file('src/z.ts', [1]),
    file('src/a.test.ts', [8]),
    file('src/b.ts', [1]),
    file('src/c.ts', [5]),
  ]
  const paths = ['src/c.ts', 'src/b.ts', 'src/z.ts', 'src/a.test.ts', 'README.md']
  for (const order of [files, files.toReversed()])
    expect(makeUnits(order, roomy).units.map(({ path }) => path)).toEqual(paths)
})

test('what does not fit into the budget of the run is named; smaller units behind it are still read', () => {
  // 7 lines are 200 tokens, and each question takes 400 beside them.
  const files = [
    file('src/a.ts', [21]),
    file('src/b.ts', [14]),
    file('src/c.ts', [7]),
    file('docs/d.md', [7]),
  ]
  const { units, overBudget } = makeUnits(files, { ...roomy, runTokens: 1_600 })
  expect(shape(units)).toEqual([
    ['src/a.ts', 21],
    ['src/c.ts', 7],
  ])
  expect(overBudget.map(({ path, reason }) => [path, reason])).toEqual([
    ['src/b.ts', 'over the budget of one run'],
    ['docs/d.md', 'over the budget of one run'],
  ])
})

test('only files to review make units', () => {
  const files = [
    file('a.ts', [1], { kind: 'skip', reason: 'generated' }),
    file('b.ts', [1], { kind: 'failed', reason: 'withheld' }),
    file('c.ts', []),
  ]
  expect(makeUnits(files, roomy)).toEqual({ units: [], overBudget: [] })
})

test('every line ends in exactly one unit, and units keep the budget of the run', () => {
  const selection = fc.constantFrom<Selection>(
    reviewed,
    reviewed,
    { kind: 'skip', reason: 'binary' },
    { kind: 'failed', reason: '' },
  )
  const files = fc.array(
    fc.record({ hunks: fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 12 }), selection }),
  )
  const limit = fc.integer({ min: 1, max: 30_000 })
  fc.assert(
    fc.property(files, limit, limit, (given, unitTokens, runTokens) => {
      const selected = given.map(({ hunks, selection }, index) => file(`${index}.ts`, hunks, selection))
      const { units, overBudget } = makeUnits(selected, { unitTokens, runTokens })
      const expected = selected.flatMap(({ file: { diff }, selection }) =>
        selection.kind === 'review' ? diff.hunks.flatMap(({ lines }) => lines) : [],
      )
      const found = [...units, ...overBudget].flatMap((unit) => unit.hunks.flatMap(({ lines }) => lines))
      expect(found.length).toBe(expected.length)
      expect(new Set<DiffLine>(found)).toEqual(new Set<DiffLine>(expected))
      expect(units.reduce((sum, unit) => sum + questionTokens(unit), 0)).toBeLessThanOrEqual(runTokens)
    }),
  )
})

test('the estimate of a unit counts every line as the question shows it', () => {
  const [unit] = makeUnits([file('a.ts', [10, 20])], roomy).units
  const shown = `tags|+${'x'.repeat(93)}\n`
  const hunkBorders = 2
  expect(Math.abs((unit?.estimatedTokens ?? 0) - estimateTokens(shown.repeat(30)))).toBeLessThanOrEqual(
    hunkBorders,
  )
})

test('half a unit is cut at the hunk border nearest to its middle, and nothing is lost', () => {
  const [unit] = makeUnits([file('a.ts', [10, 20, 90, 20, 10])], roomy).units
  if (!unit) throw new Error('the file is a unit')
  const parts = halves(unit)
  expect(shape(parts)).toEqual([
    ['a.ts', 10, 20],
    ['a.ts', 90, 20, 10],
  ])
  expect(parts.flatMap(({ hunks }) => hunks)).toEqual(unit.hunks)
  expect(parts.reduce((sum, part) => sum + part.estimatedTokens, 0)).toBe(unit.estimatedTokens)
})

test('a unit of one hunk is cut in the hunk, until it is so small that its size cannot be what is wrong', () => {
  const [unit] = makeUnits([file('a.ts', [41])], roomy).units
  if (!unit) throw new Error('the file is a unit')
  const parts = halves(unit)
  expect(shape(parts)).toEqual([
    ['a.ts', 20],
    ['a.ts', 21],
  ])
  expect(parts.flatMap(({ hunks }) => hunks.flatMap(({ lines }) => lines))).toEqual(unit.hunks[0]?.lines)
  const hasChange = ({ hunks }: Unit): boolean =>
    hunks.some(({ lines }) => lines.some(({ kind }) => kind !== 'context'))
  const context = Array.from({ length: 60 }, (_, index) => ` ${'word '.repeat(8)}${index}\n`).join('')
  for (const patch of [`${context}+a\n+b\n`, `+a\n+b\n${context}`, `+a\n${context}+b\n`]) {
    const hunks = parseHunks(`@@ -1,60 +1,62 @@\n${patch}`)
    expect(halves({ ...unit, hunks, estimatedTokens: 900 }).map(hasChange)).toEqual([true, true])
  }
  const [small] = makeUnits([file('b.ts', [7, 7])], roomy).units
  expect(small && halves(small)).toEqual([small])
})
