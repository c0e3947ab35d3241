import { describe, expect, test } from 'vitest'
import type { Candidate, Severity } from '../finding.ts'
import type { SecondLook } from '../verify/second-look.ts'
import { decide, type Examined } from './policy.ts'

const settings = { minSeverity: 'low', minConfidence: 0.5 } as const

function found(severity: Severity, confidence: number): Candidate {
  return {
    id: 'a',
    source: { kind: 'model', model: 'openai/large' },
    path: 'cart.ts',
    severity,
    category: 'bug',
    title: 'The last item is left out',
    explanation: 'one item → total 0',
    evidence: '',
    confidence,
  }
}

interface Look {
  readonly verdict: 'confirmed' | 'refuted' | 'unsure'
  readonly severity: Severity
  /** Absent: no verdict came. */
  readonly certainty?: number
  readonly origin?: SecondLook['origin']
}

/** The finder always claims the same here, so that a difference comes from the second look. */
function decided(look: Look | undefined, claimed: Severity = 'high', confidence = 0.9): string {
  const candidate = found(claimed, confidence)
  const examined: Examined = { candidate, fingerprint: 'f', ...(look && { look: secondLook(look) }) }
  const decision = decide(examined, settings)
  return decision.kind === 'say' ? `say ${decision.place}` : decision.reason
}

function secondLook({ verdict, severity, certainty, origin = 'introduced' }: Look): SecondLook {
  const told = certainty === undefined ? {} : { model: 'openai/large', certainty }
  return { verification: { verdict, reason: 'because', claimed: 'high', ...told }, severity, origin }
}

describe('after a second look', () => {
  test.each<[Look['verdict'], Severity, number, string]>([
    ['confirmed', 'critical', 0.9, 'say anywhere'],
    ['confirmed', 'medium', 0.9, 'say anywhere'],
    ['confirmed', 'medium', 0.5, 'say anywhere'],
    ['confirmed', 'medium', 0.4, 'below-threshold'],
    ['confirmed', 'critical', 0.4, 'below-threshold'],
    ['confirmed', 'low', 1, 'below-threshold'],
    ['unsure', 'critical', 0.7, 'say anywhere'],
    ['unsure', 'high', 0.6, 'say anywhere'],
    ['unsure', 'high', 0.5, 'unproven'],
    ['unsure', 'medium', 0.9, 'unproven'],
    ['unsure', 'low', 0.9, 'unproven'],
    ['refuted', 'critical', 1, 'refuted'],
    ['refuted', 'low', 0, 'refuted'],
  ])('%s, %s, certain to %d: %s', (verdict, severity, certainty, expected) => {
    expect(decided({ verdict, severity, certainty })).toBe(expected)
  })

  test.each<[SecondLook['origin'], string]>([
    ['introduced', 'say anywhere'],
    ['exposed', 'say anywhere'],
    ['existing', 'not-introduced'],
  ])('confirmed and %s: %s', (origin, expected) => {
    expect(decided({ verdict: 'confirmed', severity: 'high', certainty: 0.9, origin })).toBe(expected)
  })

  test('the finder’s own words count for nothing any more', () => {
    const look: Look = { verdict: 'confirmed', severity: 'high', certainty: 0.9 }
    expect(decided(look, 'low', 0.1)).toBe('say anywhere')
    expect(decided({ ...look, severity: 'low' }, 'critical', 1)).toBe('below-threshold')
  })
})

describe('where no verdict could be had, it is said as a quick review would, and never inline', () => {
  test.each<[Severity, number, string]>([
    ['critical', 0.9, 'say summary'],
    ['medium', 0.5, 'say summary'],
    ['medium', 0.4, 'below-threshold'],
    ['low', 1, 'below-threshold'],
  ])('%s, sure to %d: %s', (severity, confidence, expected) => {
    expect(decided({ verdict: 'unsure', severity }, severity, confidence)).toBe(expected)
  })
})

describe('without a second look', () => {
  test.each<[Severity, number, string]>([
    ['critical', 0.9, 'say anywhere'],
    ['medium', 0.5, 'say anywhere'],
    ['medium', 0.4, 'below-threshold'],
    ['low', 1, 'below-threshold'],
  ])('%s, sure to %d: %s', (severity, confidence, expected) => {
    expect(decided(undefined, severity, confidence)).toBe(expected)
  })
})

describe('after a comparison', () => {
  const worth = (severity: Severity, share: number, minSeverity: Severity = 'low'): string => {
    const look = secondLook({ verdict: 'confirmed', severity, certainty: 0.9 })
    const examined: Examined = {
      candidate: found('high', 0.9),
      fingerprint: 'f',
      look,
      comparison: { worth: share },
    }
    const decision = decide(examined, { ...settings, minSeverity })
    return decision.kind === 'say' ? `say ${decision.place}` : decision.reason
  }

  test.each<[Severity, number, string]>([
    ['critical', 0.5, 'say anywhere'],
    ['critical', 0.4, 'say summary'],
    ['high', 0.1, 'say summary'],
    ['medium', 0.5, 'say anywhere'],
    ['medium', 0.4, 'below-threshold'],
    ['low', 0.5, 'say anywhere'],
    ['low', 0.4, 'below-threshold'],
  ])('%s, worth %d: %s', (severity, share, expected) => {
    expect(worth(severity, share)).toBe(expected)
  })

  test('what the settings do not want to hear of is not said for its worth', () => {
    expect(worth('low', 1, 'medium')).toBe('below-threshold')
    expect(worth('medium', 1, 'high')).toBe('below-threshold')
  })
})

test('what was refused before stays refused, whatever a look says', () => {
  const refusal = { kind: 'dropped', reason: 'already-said', detail: 'last week' } as const
  const look = secondLook({ verdict: 'confirmed', severity: 'critical', certainty: 1 })
  const examined: Examined = { candidate: found('critical', 1), fingerprint: 'f', refusal, look }
  expect(decide(examined, settings)).toBe(refusal)
})
