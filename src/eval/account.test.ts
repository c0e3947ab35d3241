import { expect, test } from 'vitest'
import type { Finding, Verdict } from '../review/finding.ts'
import { unaccounted } from './account.ts'

/** A review with these verdicts, of answers with so many entries. */
function lost(entries: number, verdicts: readonly Verdict[], counted = verdicts.length): number {
  const findings = verdicts.map((verdict, index): Finding => ({
    id: `f${index}`,
    source: { kind: 'model', model: 'openai/large' },
    path: 'a.py',
    severity: 'high',
    category: 'bug',
    title: 'It fails',
    explanation: '',
    evidence: '',
    confidence: 1,
    verdict,
    fingerprint: '',
  }))
  const usage = { inputTokens: 0, cachedInputTokens: 0, outputTokens: 0 }
  const receipt = {
    outcome: 'reviewed',
    reader: { analysers: [] },
    hunks: { read: 1, 'from-cache': 0, skipped: 0, 'over-budget': 0, failed: 0 },
    files: [],
    findings: { posted: counted, merged: 0, dropped: 0 },
  } as const
  return unaccounted(
    { findings, receipt },
    { find: { questions: 1, promptTokens: 0, usage, cost: 0, unpriced: 0, entries } },
  )
}

const posted: Verdict = { kind: 'posted', place: 'inline' }
const merged = (into: string): Verdict => ({ kind: 'merged', into })

test('nothing is lost where every entry of an answer is a finding', () => {
  expect(lost(2, [posted, merged('f0')])).toBe(0)
})

test('an entry that became no finding is lost', () => {
  expect(lost(3, [posted])).toBe(2)
})

test('a finding that was merged into nothing, or into itself, is lost', () => {
  expect(lost(1, [merged('f9')])).toBe(1)
  expect(lost(1, [merged('f0')])).toBe(1)
})

test('a receipt that counts otherwise is a loss', () => {
  expect(lost(2, [posted, posted], 1)).toBe(1)
})
