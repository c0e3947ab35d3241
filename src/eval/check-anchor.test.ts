import { expect, test } from 'vitest'
import { parsePatch } from '../diff/parse-patch.ts'
import type { Anchor } from '../diff/file-diff.ts'
import type { Finding } from '../review/finding.ts'
import { checkAnchor } from './check-anchor.ts'

const patch = `diff --git a/a.py b/a.py
--- a/a.py
+++ b/a.py
@@ -10,3 +10,4 @@
 def mean(values):
-    return sum(values)
+    total = sum(values)
+    return total / len(values)
 # end
`
/** Nine lines that the diff does not show, and then what it shows. */
const content = `${'#\n'.repeat(9)}def mean(values):
    total = sum(values)
    return total / len(values)
# end
`

function check(anchor: Anchor | undefined, how: Partial<Finding> = {}, stored: string | undefined = content) {
  const finding: Finding = {
    id: 'f',
    source: { kind: 'model', model: 'openai/large' },
    path: 'a.py',
    ...(anchor && { anchor }),
    severity: 'high',
    category: 'bug',
    title: 'No values, no mean',
    explanation: 'An empty list → an error.',
    evidence: 'total /  len(values)',
    confidence: 1,
    verdict: { kind: 'posted', place: 'inline' },
    fingerprint: '',
    ...how,
  }
  const [diff] = parsePatch(patch)
  if (!diff) throw new Error('the patch has one file')
  const files = [{ diff, ...(stored !== undefined && { content: stored }) }]
  return checkAnchor(finding, { name: '', title: '', body: '', files, complete: true })
}

const right = (startLine: number, endLine = startLine): Anchor => ({ side: 'RIGHT', startLine, endLine })

test('a comment on the line that it quotes is right', () => {
  expect(check(right(12))).toBe('right')
  expect(check(right(11, 12), { evidence: '    total = sum(values)\n    return total / len(values)' })).toBe(
    'right',
  )
  expect(check({ side: 'LEFT', startLine: 11, endLine: 11 }, { evidence: 'return sum(values)' })).toBe(
    'right',
  )
})

test('a comment on another line than the one it quotes is not', () => {
  expect(check(right(11))).toBe('other-lines')
  expect(check({ side: 'LEFT', startLine: 11, endLine: 11 })).toBe('other-lines')
})

test('a comment on lines that the diff does not show is outside', () => {
  expect(check(right(9))).toBe('outside-diff')
  expect(check(right(13, 14))).toBe('outside-diff')
  expect(check(right(12), { path: 'b.py' })).toBe('outside-diff')
})

test('a diff whose line numbers are not those of the file is found out', () => {
  expect(check(right(12), {}, `\n${content}`)).toBe('other-lines')
})

test('an analyser quotes nothing, and a comment without lines is on its file', () => {
  const source = { kind: 'analyser', analyser: 'ruff', rule: 'F821' } as const
  expect(check(right(11), { source, evidence: '' })).toBe('right')
  expect(check(undefined)).toBe('in-file')
})
