import { expect, test } from 'vitest'
import { parseHunks } from '../../diff/parse-patch.ts'
import type { Anchor, Hunk } from '../../diff/file-diff.ts'
import type { Candidate } from '../finding.ts'
import type { Unit } from '../units.ts'
import { hunksToShow } from './hunks-to-show.ts'

/** Added hunks of so many lines each, every line with a text of its own. */
function unit(sizes: readonly number[], estimatedTokens = 100_000): Unit {
  let next = 1
  const patch = sizes.map((size) => {
    const start = next
    next += size + 100
    const lines = Array.from({ length: size }, (_, index) => `+line ${start + index}\n`)
    return `@@ -${start - 1},0 +${start},${size} @@\n${lines.join('')}`
  })
  const hunks = parseHunks(patch.join(''))
  const file = { path: 'a.py', oldPath: 'a.py', status: 'modified', binary: false, hunks } as const
  return { path: 'a.py', hunks, file, estimatedTokens }
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
  const shown = hunksToShow(unit([500]), [claimAt(400), claimAt(100, 103)])
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
  expect(hunksToShow(unit([500]), [claimAt(100), claimAt(110)])).toHaveLength(1)
})

test('a short hunk is shown whole', () => {
  const short = unit([5])
  expect(hunksToShow(short, [claimAt(3)])).toEqual(short.hunks)
})

test('hunks without a claim are shown when there is room, the nearest first', () => {
  // Hunks begin at lines 1, 106, 211 and 611.
  const four = unit([5, 5, 300, 5])
  const shown = linesOf(hunksToShow(four, [claimAt(613)]))
  expect(shown).not.toContain('line 300')
  const near = unit([5, 5, 5, 300])
  expect(linesOf(hunksToShow(near, [claimAt(3)]))).toContain('line 107')
  expect(linesOf(hunksToShow({ ...near, estimatedTokens: 10 }, [claimAt(3)]))).not.toContain('line 107')
})

test('a claim on the old side points at no added line', () => {
  expect(hunksToShow(unit([5], 0), [claimAt(3, 3, 'LEFT')])).toEqual([])
})
