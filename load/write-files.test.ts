import { expect, onTestFinished, test } from 'vitest'
import { commitFiles } from '../test/commit-files.ts'
import { openScratchRepository } from '../test/scratch-repository.ts'
import { pushedTo, writeFiles, type WrittenFile } from './write-files.ts'

/** What git says of the change: added lines and hunks by path. */
function diffOf(files: readonly WrittenFile[]): Map<string, { added: number; hunks: number }> {
  const scratch = openScratchRepository()
  onTestFinished(() => scratch.close())
  const at = (when: 'before' | 'after') => Object.fromEntries(files.map((file) => [file.path, file[when]]))
  commitFiles(scratch, 'main', at('before'))
  commitFiles(scratch, 'topic', at('after'))
  return new Map(
    files.map(({ path }) => {
      const diff = scratch.git('diff', '--unified=3', 'main...topic', '--', path).toString()
      const count = (pattern: RegExp): number => diff.match(pattern)?.length ?? 0
      return [path, { added: count(/^\+(?!\+\+ )/gm), hunks: count(/^@@ /gm) }]
    }),
  )
}

test('each file adds as many lines, and has as many hunks, as it says', () => {
  const size = [40, 1, 2, 7]
  const files = writeFiles(1, 3, size)
  const seen = diffOf(files)
  expect(files.map(({ path }) => seen.get(path)?.added)).toEqual(size)
  expect(files.map(({ path }) => seen.get(path)?.hunks)).toEqual(files.map(({ hunks }) => hunks))
})

test('a push adds a line in a hunk of its own', () => {
  const [file] = writeFiles(1, 3, [40])
  const pushed = file && pushedTo(file, 1)
  expect(pushed && diffOf([pushed]).get(pushed.path)).toEqual({ added: 41, hunks: 3 })
  expect(pushed?.hunks).toBe(3)
})

test('no two pull requests share an added line, in one level or in two', () => {
  const added = (run: number, number: number): Set<string> =>
    new Set(writeFiles(run, number, [40, 40, 40]).flatMap(({ after }) => valuesOf(after)))
  const first = added(1, 1)
  const others = [...added(1, 2), ...added(2, 1)]
  expect(others.filter((text) => first.has(text))).toEqual([])
})

test('the faults are named in the files that have them', () => {
  const files = writeFiles(4, 9, [10, 10, 10])
  expect(files.flatMap(({ faults }) => faults)).toHaveLength(2)
  for (const { after, faults } of files) for (const fault of faults) expect(after).toContain(fault)
})

function valuesOf(text: string): string[] {
  return text.split('\n').filter((line) => line.includes('_value'))
}
