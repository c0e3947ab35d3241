import { expect, test } from 'vitest'
import { tagLines, type TaggedHunks } from '../diff/line-tags.ts'
import type { FileDiff } from '../diff/file-diff.ts'
import { parsePatch } from '../diff/parse-patch.ts'
import type { CitedFinding } from './find-answer.ts'
import { ground, type Grounding } from './ground.ts'

const [file] = parsePatch(`diff --git a/shop.py b/shop.py
--- a/shop.py
+++ b/shop.py
@@ -1,5 +1,9 @@
 def pay(cart):
-    total = sum(cart)
+    total = sum(cart) * 1.19
+
+    # a list:
+    # - one
     # two
     # three
+    # four
     return total
@@ -50,2 +54,3 @@ def refund(cart):
     return -1
+- x = 1
     done()
`)
if (!file) throw new Error('the patch has a file')
const diff: FileDiff = file
const tagged: TaggedHunks = tagLines(diff.hunks)

/** The tag of the line with this text. */
function tag(text: string): string {
  const found = tagged.hunks.flatMap(({ lines }) => lines).find(({ line }) => line.text === text)
  if (!found) throw new Error(`no line ${text}`)
  return found.tag
}

const cited = (start: string, end: string, evidence: string): CitedFinding => ({
  startTag: start,
  endTag: end,
  severity: 'high',
  category: 'bug',
  title: 'Wrong total',
  explanation: 'An empty cart → a wrong total',
  evidence,
  confidence: 0.9,
})

const check = (start: string, end: string, evidence: string): Grounding =>
  ground(cited(tag(start), tag(end), evidence), tagged, diff)

const TOTAL = '    total = sum(cart) * 1.19'

test('a citation whose quote stands on its lines is grounded there', () => {
  expect(check(TOTAL, '    # - one', 'sum(cart) * 1.19')).toEqual({
    kind: 'grounded',
    anchor: { side: 'RIGHT', startLine: 2, endLine: 5 },
  })
})

test('removed lines are cited on the old side', () => {
  expect(check('    total = sum(cart)', '    total = sum(cart)', 'sum(cart)')).toEqual({
    kind: 'grounded',
    anchor: { side: 'LEFT', startLine: 2, endLine: 2 },
  })
})

test.each([
  ['other white space', 'total   =\tsum(cart) *  1.19 '],
  ['the sign of the line', '+    total = sum(cart) * 1.19'],
  ['the sign of every line, empty ones too', '+    total = sum(cart) * 1.19\n+\n+    # a list:'],
  ['the tag of the line', `${tag(TOTAL)}|+${TOTAL}`],
  ['two lines in one', 'sum(cart) * 1.19 # a list:'],
  ['a part of each line', 'sum(cart)\n# a'],
  ['a line that stands three lines away', '# - one'],
  ['carriage returns', 'total = sum(cart) * 1.19\r\n\r\n# a list:\r'],
])('a quote with %s stands', (_form, evidence) => {
  expect(check(TOTAL, TOTAL, evidence)).toMatchObject({ kind: 'grounded' })
})

test.each([
  ['a line that begins with a minus', '- x = 1'],
  ['such a line after the sign of the diff', '+- x = 1'],
  ['such a line after the blank of the diff', ' - x = 1'],
  ['a negative number', '-1'],
])('signs that belong to the code do no harm: %s', (_form, evidence) => {
  expect(check('- x = 1', '- x = 1', evidence)).toMatchObject({ kind: 'grounded' })
})

test.each([
  ['invented', 'total = max(cart)', 'total = max(cart)'],
  ['half invented', 'sum(cart) * 1.19\ntotal = max(cart)', 'total = max(cart)'],
  ['empty', '', '(nothing was quoted)'],
  ['nothing but signs', '+\n-\n \n', '(nothing was quoted)'],
  ['four lines away', '# two', '# two'],
  ['far away', 'def pay(cart):\nreturn -1', 'return -1'],
  ['on the other side only', 'total = sum(cart) * 1.20', 'total = sum(cart) * 1.20'],
  ['cut by the model', 'total = sum(...) * 1.19', 'total = sum(...) * 1.19'],
  ['behind a tag that is none', `zzzz|+${TOTAL}`, 'zzzz|+ total = sum(cart) * 1.19'],
])(
  'a quote that is %s drops the finding, names the line, and keeps the place',
  (_form, evidence, missing) => {
    expect(check(TOTAL, TOTAL, evidence)).toEqual({
      kind: 'dropped',
      reason: 'quote-missing',
      detail: `not on the cited lines: ${missing}`,
      anchor: { side: 'RIGHT', startLine: 2, endLine: 2 },
    })
  },
)

test('a quote of the old text does not stand on the new side', () => {
  expect(check('    # four', '    # four', 'total = sum(cart)\n# two')).toMatchObject({ kind: 'dropped' })
})

test.each([
  ['no line has such a tag', 'zzzz', tag(TOTAL)],
  ['the tags stand in different hunks', tag(TOTAL), tag('- x = 1')],
  ['an added and a removed line have no side in common', tag('    total = sum(cart)'), tag(TOTAL)],
])('tags that name no lines drop the finding: %s', (problem, start, end) => {
  expect(ground(cited(start, end, 'total'), tagged, diff)).toEqual({
    kind: 'dropped',
    reason: 'unresolved-tags',
    detail: `${start} to ${end}: ${problem}`,
  })
})
