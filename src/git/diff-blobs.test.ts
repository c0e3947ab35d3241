import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, test, vi } from 'vitest'
import { misplacedLines } from '../../test/misplaced-lines.ts'
import { isAbort } from '../base/errors.ts'
import { diffBlobs } from './diff-blobs.ts'

const { signal } = new AbortController()
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const diff = (before: string, after: string) => diffBlobs(bytes(before), bytes(after), signal)

test.each([
  ['a changed line', 'a\nb\nc\n', 'a\nx\nc\n'],
  ['a new file', '', 'one\ntwo\n'],
  ['an emptied file', 'one\ntwo\n', ''],
  ['a lost newline at the end', 'one\n', 'one'],
  ['a changed line ending', 'one\r\ntwo\r\n', 'one\ntwo\r\n'],
  ['a long line', 'x'.repeat(40_000), 'y'.repeat(40_000)],
  ['a NUL, which makes it binary for git', 'a\0b\nc\n', 'a\0b\nd\n'],
])('%s: every line stands where it is in the two contents', async (_, before, after) => {
  const hunks = await diff(before, after)
  expect(hunks.length).toBeGreaterThan(0)
  expect(misplacedLines(hunks, before, after)).toEqual([])
})

test('far apart changes are hunks of their own, with three lines around each', async () => {
  const lines = Array.from({ length: 50 }, (_, index) => `line ${index + 1}`)
  const changed = lines.with(9, 'tenth').with(39, 'fortieth')
  const hunks = await diff(`${lines.join('\n')}\n`, `${changed.join('\n')}\n`)
  expect(hunks.map(({ newStart, newLines }) => [newStart, newLines])).toEqual([
    [7, 7],
    [37, 7],
  ])
})

test('equal contents have no hunks', async () => {
  expect(await diff('same\n', 'same\n')).toEqual([])
})

test('nothing is left behind, not even after an abort', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'lorgnette-left-'))
  vi.stubEnv('TMPDIR', folder)
  await expect(diffBlobs(bytes('a'), bytes('b'), AbortSignal.abort())).rejects.toSatisfy(isAbort)
  await diff('a', 'b')
  expect(readdirSync(folder)).toEqual([])
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
})
