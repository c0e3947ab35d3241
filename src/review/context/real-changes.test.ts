import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { parsePatch } from '../../diff/parse-patch.ts'
import { defaultReviewSettings } from '../review-settings.ts'
import { selectFiles } from '../select.ts'
import { makeUnits, type Unit } from '../units.ts'
import { gatherUnitContext } from './gather-unit-context.ts'
import { contextTokens } from './unit-context.ts'

/** A folder of rebuilt evaluation cases, each with `diff.patch` and the changed `files/`. They stay outside of this project. */
const folder = process.env['EVAL_CASES']
const cases = folder === undefined ? [] : readdirSync(path.join(folder, 'cases'))
const never = new AbortController().signal

function unitsOf(name: string): readonly Unit[] {
  const one = path.join(folder ?? '', 'cases', name)
  const files = parsePatch(readFileSync(path.join(one, 'diff.patch'))).map((diff) => {
    const file = path.join(one, 'files', diff.path)
    return { diff, ...(existsSync(file) && { content: readFileSync(file, 'utf8') }) }
  })
  const change = { name, title: '', body: '', files, complete: true }
  return makeUnits(selectFiles(change, defaultReviewSettings), defaultReviewSettings).units
}

test('the folder of real changes holds some', (context) => {
  context.skip(folder === undefined, 'EVAL_CASES is not set: it names the folder of rebuilt evaluation cases')
  expect(cases).not.toEqual([])
})

test.each(cases)('of %s every context is within its budget, and the same every time', async (name) => {
  for (const unit of unitsOf(name)) {
    for (const budget of [0, 120, 2_000]) {
      const context = await gatherUnitContext(unit, undefined, budget, never)
      expect(contextTokens(context)).toBeLessThanOrEqual(budget)
      expect(await gatherUnitContext(unit, undefined, budget, never)).toEqual(context)
    }
  }
})

test.each(cases)('in %s lines that others add above a unit change nothing of its context', async (name) => {
  for (const unit of unitsOf(name).slice(0, 20)) {
    if (unit.content === undefined || unit.file.status === 'added') continue
    const shift = 7
    const moved: Unit = {
      ...unit,
      content: '\n'.repeat(shift) + unit.content,
      hunks: unit.hunks.map((hunk) => ({
        ...hunk,
        newStart: hunk.newStart + shift,
        lines: hunk.lines.map((line) =>
          line.kind === 'removed' ? line : { ...line, newLine: line.newLine + shift },
        ),
      })),
    }
    expect(await gatherUnitContext(moved, undefined, 500, never)).toEqual(
      await gatherUnitContext(unit, undefined, 500, never),
    )
  }
})
