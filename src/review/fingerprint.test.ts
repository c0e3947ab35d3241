import { describe, expect, test } from 'vitest'
import type { FileDiff } from '../diff/file-diff.ts'
import { parseHunks } from '../diff/parse-patch.ts'
import type { Candidate } from './finding.ts'
import { fingerprint } from './fingerprint.ts'

/** A file whose lines `one`, `two`, `three` begin at a line. */
function fileAt(line: number, lines = ['one', 'two', 'three']): FileDiff {
  const hunks = parseHunks(
    `@@ -${line - 1},0 +${line},${lines.length} @@\n${lines.map((text) => `+${text}\n`).join('')}`,
  )
  return { path: 'a.py', oldPath: 'a.py', status: 'modified', binary: false, hunks }
}

function candidate(said: Partial<Candidate> = {}): Candidate {
  return {
    id: 'a',
    source: { kind: 'model', model: 'openai/large' },
    path: 'a.py',
    anchor: { side: 'RIGHT', startLine: 2, endLine: 2 },
    severity: 'high',
    category: 'bug',
    title: 'Wrong',
    explanation: 'fails',
    evidence: 'two',
    confidence: 0.9,
    ...said,
  }
}

const byRule = (rule: string): Partial<Candidate> => ({
  source: { kind: 'analyser', analyser: 'ruff', rule },
})
const first = fingerprint(candidate(), fileAt(1))

describe('the same problem', () => {
  test('is known again further down', () => {
    const moved = candidate({ anchor: { side: 'RIGHT', startLine: 42, endLine: 42 } })
    expect(fingerprint(moved, fileAt(41))).toBe(first)
  })

  test('is known again in the other words of another asking, or of another model', () => {
    const again = candidate({
      id: 'z',
      source: { kind: 'model', model: 'anthropic/small' },
      title: 'Not right',
      explanation: 'breaks',
      evidence: 'tw',
      severity: 'low',
      confidence: 0.6,
    })
    expect(fingerprint(again, fileAt(1))).toBe(first)
  })

  test('is known again at another indentation', () => {
    expect(fingerprint(candidate(), fileAt(1, ['one', '    two\r', 'three']))).toBe(first)
  })
})

describe('another problem', () => {
  test.each([
    ['on other lines', candidate({ anchor: { side: 'RIGHT', startLine: 1, endLine: 1 } })],
    ['on more lines', candidate({ anchor: { side: 'RIGHT', startLine: 1, endLine: 2 } })],
    ['of another kind', candidate({ category: 'security' })],
    ['in another file', candidate({ path: 'b.py' })],
    ['of an analyser', candidate(byRule('F821'))],
  ])('%s is told apart', (_what, other) => {
    expect(fingerprint(other, fileAt(1))).not.toBe(first)
  })

  test('of another rule is told apart', () => {
    const [one, two] = ['F821', 'B006'].map((rule) => fingerprint(candidate(byRule(rule)), fileAt(1)))
    expect(one).not.toBe(two)
  })

  test('on a line that was changed is told apart', () => {
    expect(fingerprint(candidate(), fileAt(1, ['one', 'too', 'three']))).not.toBe(first)
  })

  test('is never the same when it has no lines: nothing names it', () => {
    const { anchor: _none, ...without } = candidate()
    const prints = ['a', 'b'].map((id) => fingerprint({ ...without, id }, fileAt(1)))
    expect(new Set([...prints, fingerprint(without, undefined)]).size).toBe(2)
  })
})

test('a fingerprint is a whole SHA-256, so that nobody can make one on purpose', () => {
  expect(first).toMatch(/^[0-9a-f]{64}$/)
})
