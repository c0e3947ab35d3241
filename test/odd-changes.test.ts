import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import type { FileDiff } from '../src/diff/file-diff.ts'
import { isCommentable } from '../src/diff/commentable-lines.ts'
import { tagLines } from '../src/diff/line-tags.ts'
import { parsePatch } from '../src/diff/parse-patch.ts'
import { defaultReviewSettings } from '../src/review/review-settings.ts'
import { selectFiles } from '../src/review/select.ts'
import { makeUnits } from '../src/review/units.ts'
import { countLines, linesOf } from './misplaced-lines.ts'

/**
 * Real pull requests, odd ones among them, that are too large and too foreign to stand in this repository: a folder
 * `cases/` with one folder each, which holds `diff.patch`, `case.json` and the changed `files/`.
 */
const folder = process.env['EVAL_CASES']
const cases = folder === undefined ? [] : rebuiltCases(path.join(folder, 'cases'))

/** What is said of the files in `case.json`, as far as a patch can tell it. */
const factsSchema = z.object({
  files: z.array(
    z.object({
      path: z.string(),
      old_path: z.string().optional(),
      status: z.string(),
      binary: z.boolean(),
      additions: z.number().nullable(),
      deletions: z.number().nullable(),
      mode_old: z.string(),
      mode_new: z.string(),
      content: z.string(),
    }),
  ),
})

function rebuiltCases(all: string): string[] {
  return readdirSync(all)
    .map((name) => path.join(all, name))
    .filter((one) => existsSync(path.join(one, 'diff.patch')))
}

/** A side without a file has mode 000000; a pure rename keeps its mode, and its patch is silent about it. */
function describe(file: FileDiff, modes: { mode_old: string; mode_new: string } | undefined): unknown {
  const isSilent = file.status === 'renamed' && file.hunks.length === 0
  return {
    path: file.path,
    oldPath: file.oldPath,
    status: file.status,
    binary: file.binary,
    additions: countLines(file.hunks, 'added'),
    deletions: countLines(file.hunks, 'removed'),
    oldMode: file.oldMode ?? (isSilent ? modes?.mode_old : '000000'),
    newMode: file.newMode ?? (isSilent ? modes?.mode_new : '000000'),
  }
}

test('the folder of real changes holds some', (context) => {
  context.skip(folder === undefined, 'EVAL_CASES is not set: it names the folder of rebuilt evaluation cases')
  expect(cases).not.toEqual([])
})

test.each(cases.map((one) => [path.basename(one), one]))('%s is read whole', (_, one) => {
  const started = performance.now()
  const files = parsePatch(readFileSync(path.join(one, 'diff.patch')))
  const facts = factsSchema.parse(JSON.parse(readFileSync(path.join(one, 'case.json'), 'utf8')))
  const byPath = new Map(facts.files.map((file) => [file.path, file]))

  const described = files.map((file) => describe(file, byPath.get(file.path)))
  const expected = facts.files.map((file) => ({
    path: file.path,
    oldPath: file.old_path ?? file.path,
    status: file.status,
    binary: file.binary,
    additions: file.additions ?? 0,
    deletions: file.deletions ?? 0,
    oldMode: file.mode_old,
    newMode: file.mode_new,
  }))
  expect(new Set(described)).toEqual(new Set(expected))
  expect(described.length).toBe(expected.length)

  for (const file of files) {
    if (byPath.get(file.path)?.content !== 'stored') continue
    const stored = linesOf(readFileSync(path.join(one, 'files', file.path)).toString())
    const shown = file.hunks.flatMap((hunk) => hunk.lines.filter((line) => line.kind !== 'removed'))
    expect(shown.map((line) => line.text)).toEqual(shown.map((line) => stored[line.newLine - 1]))
  }

  for (const file of files) {
    const { hunks, resolve, resolveRange } = tagLines(file.hunks)
    const lines = hunks.flatMap((hunk) => hunk.lines)
    expect(new Set(lines.map(({ tag }) => tag)).size).toBe(lines.length)
    expect(lines.filter((line) => resolve(line.tag) !== line)).toEqual([])
    const ranges = lines.map(({ tag }) => resolveRange(tag, tag))
    expect(ranges.filter((range) => range.kind !== 'resolved' || !isCommentable(file, range.anchor))).toEqual(
      [],
    )
  }

  const change = { name: '', title: '', body: '', files: files.map((diff) => ({ diff })), complete: true }
  const selected = selectFiles(change, defaultReviewSettings)
  const { units, overBudget } = makeUnits(selected, defaultReviewSettings)
  const count = (hunks: readonly { hunks: readonly unknown[] }[]): number =>
    hunks.reduce((sum, one) => sum + one.hunks.length, 0)
  const unread = selected.filter(({ selection }) => selection.kind !== 'review').map(({ file }) => file.diff)
  expect(count(units) + count(overBudget) + count(unread)).toBe(count(files))
  expect(performance.now() - started).toBeLessThan(5_000)
})
