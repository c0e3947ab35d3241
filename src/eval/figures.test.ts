import { describe, expect, test } from 'vitest'
import type { Finding } from '../review/finding.ts'
import type { Profile } from './eval-case.ts'
import { quality, rate } from './figures.ts'
import { scoreCase, type CaseScore } from './score-case.ts'

/** A case with golden findings of these profiles, and comments: each names these golden findings, by their index. */
function score(profiles: readonly Profile[], ...comments: readonly (readonly number[])[]): CaseScore {
  const golden = profiles.map((profile, index) => ({
    id: `g${index}`,
    comment: 'It fails.',
    profile,
    places: [{ path: 'a.py', startLine: 10 * index, endLine: 10 * index }],
  }))
  const naming = golden.map((_, index) =>
    comments.flatMap((named, at) => (named.includes(index) ? [at] : [])),
  )
  return scoreCase({ golden, knownInvalid: [] }, comments.map(comment), { golden: naming, invalid: [] })
}

function comment(_: unknown, index: number): Finding {
  return {
    id: String(index),
    source: { kind: 'model', model: 'openai/large' },
    path: 'a.py',
    severity: 'high',
    category: 'bug',
    title: 'It fails',
    explanation: 'An input → an error.',
    evidence: '',
    confidence: 0.9,
    verdict: { kind: 'posted', place: 'inline' },
    fingerprint: '',
  }
}

describe('quality', () => {
  const all = ['strict', 'core', 'minor'] as const

  test('is counted over all cases together', () => {
    const cases = [
      [score(['strict', 'strict'], [0], [])],
      [score(['strict'])],
      [score(['strict'], [0], [], [])],
    ]
    expect(quality(cases, all)).toMatchObject({
      precision: { value: 2 / 5, of: 5 },
      recall: { value: 2 / 4, of: 4 },
      f1: { value: (2 * 2) / (5 + 4) },
    })
  })

  test('counts a problem that is named twice as found once, and the other comment as noise', () => {
    expect(quality([[score(['strict'], [0], [0])]], all)).toMatchObject({
      precision: { value: 1 / 2 },
      recall: { value: 1 },
    })
  })

  test('of one profile lets comments on others be: they are neither right nor wrong', () => {
    const cases = [[score(['strict', 'minor'], [1], [])]]
    expect(quality(cases, ['strict'])).toMatchObject({
      precision: { value: 0, of: 1 },
      recall: { value: 0, of: 1 },
    })
    expect(quality(cases, all)).toMatchObject({
      precision: { value: 1 / 2, of: 2 },
      recall: { value: 1 / 2 },
    })
  })

  test('of several runs is that of their counts together', () => {
    const runs = [score(['strict'], [0]), score(['strict'])]
    expect(quality([runs], all)).toMatchObject({
      precision: { value: 1, of: 1 },
      recall: { value: 0.5, of: 2 },
    })
  })

  test('of silence has no precision, and no credit', () => {
    expect(quality([[score(['strict'])]], all)).toEqual({
      precision: { value: null, of: 0, low: null, high: null },
      recall: { value: 0, of: 1, low: 0, high: 0 },
      f1: { value: 0, low: 0, high: 0 },
    })
  })
})

test('a rate of nothing has no value', () => {
  expect(rate(0, 0)).toEqual({ value: null, of: 0, low: null, high: null })
  expect(rate(3, 3)).toMatchObject({ value: 1, of: 3 })
})
