import { expect, test } from 'vitest'
import { parseHunks } from '../../diff/parse-patch.ts'
import { sliceHunk } from '../../diff/slice-hunk.ts'
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

/** A unit of some hunks of a file, or of parts of them. */
const unit = (of: FileDiff, hunks: readonly Hunk[]) => ({ file: of, hunks })

const linesOf = (hunks: readonly Hunk[]): string[] =>
  hunks.flatMap(({ lines }) => lines.map(({ text }) => text))

test('all that the finder saw is shown, though no claim points at it', () => {
  const three = file([5, 5, 300])
  const own = three.hunks.slice(0, 2)
  expect(hunksToShow(unit(three, own), [claimAt(3)])).toEqual(own)
})

test('lines near a claim are shown also where its unit ends, as one part with it', () => {
  const long = file([500])
  const [hunk] = long.hunks
  if (!hunk) throw new Error('the file has a hunk')
  const [part, ...others] = hunksToShow(unit(long, [sliceHunk(hunk, 99, 140)]), [claimAt(102)])
  expect(others).toEqual([])
  const lines = linesOf(part ? [part] : [])
  expect(lines).toContain('line 95')
  expect(lines).toContain('line 140')
  expect(lines).not.toContain('line 80')
  expect(lines).not.toContain('line 141')
  expect(part?.newStart).toBe(Number(lines[0]?.replace('line ', '')))
})

test('an edit further off asks nothing again', () => {
  const [first, second] = [file([5, 5, 300]), file([5, 5, 20])]
  const shown = [first, second].map((of) => hunksToShow(unit(of, of.hunks.slice(0, 1)), [claimAt(3)]))
  expect(shown[0]).toEqual(shown[1])
})

test('a claim on the old side points at no added line', () => {
  expect(hunksToShow(unit(file([5]), []), [claimAt(3, 3, 'LEFT')])).toEqual([])
})
