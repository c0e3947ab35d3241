import { expect, test } from 'vitest'
import { parseHunks } from '../../diff/parse-patch.ts'
import type { Anchor, FileDiff, Hunk } from '../../diff/file-diff.ts'
import type { Candidate } from '../finding.ts'
import { hunksToShow } from './hunks-to-show.ts'

/** Added hunks of so many lines each, every line with a text of its own. */
function file(sizes: readonly number[]): FileDiff {
  let next = 1
  const patch = sizes.map((size) => {
    const start = next
    next += size + 100
    const lines = Array.from({ length: size }, (_, index) => `+line ${start + index}\n`)
    return `@@ -${start - 1},0 +${start},${size} @@\n${lines.join('')}`
  })
  const hunks = parseHunks(patch.join(''))
  return { path: 'a.py', oldPath: 'a.py', status: 'modified', binary: false, hunks }
}

function claimAt(startLine: number, endLine = startLine, side: Anchor['side'] = 'RIGHT'): Candidate {
  return {
    id: 'a',
    source: { kind: 'model', model: 'm' },
    path: 'a.py',
    anchor: { side, startLine, endLine },
    severity: 'high',
    category: 'bug',
    title: 't',
    explanation: 'e',
    evidence: '',
    confidence: 1,
  }
}

const linesOf = (hunks: readonly Hunk[]): string[] =>
  hunks.flatMap(({ lines }) => lines.map(({ text }) => text))

test('of a long hunk the lines around each claim are shown, in their order', () => {
  const shown = hunksToShow(file([500]), [claimAt(400), claimAt(100, 103)])
  expect(shown).toHaveLength(2)
  const lines = linesOf(shown)
  expect(lines).toContain('line 100')
  expect(lines).toContain('line 95')
  expect(lines).toContain('line 400')
  expect(lines).not.toContain('line 250')
  expect(lines.length).toBeLessThan(100)
  expect(shown[0]?.newStart).toBe(Number(lines[0]?.replace('line ', '')))
})

test('claims near each other share a part', () => {
  expect(hunksToShow(file([500]), [claimAt(100), claimAt(110)])).toHaveLength(1)
})

test('a short hunk is shown whole', () => {
  const short = file([5])
  expect(hunksToShow(short, [claimAt(3)])).toEqual(short.hunks)
})

test('hunks without a claim are not shown: an edit in one of them asks nothing again', () => {
  const [first] = file([5, 5, 300]).hunks
  expect(hunksToShow(file([5, 5, 300]), [claimAt(3)])).toEqual([first])
})

test('a claim on the old side points at no added line', () => {
  expect(hunksToShow(file([5]), [claimAt(3, 3, 'LEFT')])).toEqual([])
})
