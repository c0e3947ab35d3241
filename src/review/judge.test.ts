import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { FileDiff } from '../diff/file-diff.ts'
import { category, severity, type Candidate } from './finding.ts'
import { judge, type GroundedCandidate } from './judge.ts'
import { defaultReviewSettings } from './review-settings.ts'

/** One file of forty added lines, each with a text of its own. */
const file: FileDiff = {
  path: 'shop.py',
  oldPath: 'shop.py',
  status: 'added',
  binary: false,
  hunks: [
    {
      oldStart: 0,
      oldLines: 0,
      newStart: 1,
      newLines: 40,
      heading: '',
      lines: Array.from({ length: 40 }, (_, index) => ({
        kind: 'added',
        newLine: index + 1,
        text: `line ${index + 1}`,
      })),
    },
  ],
}
const files = new Map([[file.path, file]])

function grounded(id: string, line: number, said: Partial<Candidate> = {}): GroundedCandidate {
  const anchor = { side: 'RIGHT', startLine: line, endLine: line } as const
  const candidate: Candidate = {
    id,
    source: { kind: 'model', model: 'openai/large' },
    path: 'shop.py',
    anchor,
    severity: 'medium',
    category: 'bug',
    title: `problem ${id}`,
    explanation: 'an empty cart → a crash',
    evidence: `line ${line}`,
    confidence: 0.9,
    ...said,
  }
  return { candidate, grounding: { kind: 'grounded', anchor } }
}

function verdicts(
  candidates: GroundedCandidate[],
  said: ReadonlySet<string> = new Set(),
  maxInlineComments = 8,
) {
  const settings = { ...defaultReviewSettings, maxInlineComments }
  const findings = judge(candidates, files, settings, said)
  return Object.fromEntries(findings.map(({ id, verdict }) => [id, verdict]))
}

describe('every candidate gets its verdict', () => {
  test('a grounded and certain one goes inline', () => {
    expect(verdicts([grounded('a', 3)])).toEqual({ a: { kind: 'posted', place: 'inline' } })
  })

  test('one that is not grounded is dropped for that reason', () => {
    const { candidate } = grounded('a', 3)
    const grounding = {
      kind: 'dropped',
      reason: 'unresolved-tags',
      detail: 'no line has the tag zzzz',
    } as const
    expect(verdicts([{ candidate, grounding }])).toEqual({ a: grounding })
  })

  test('an uncertain one is dropped, with both numbers', () => {
    expect(verdicts([grounded('a', 3, { confidence: 0.2 })])).toMatchObject({
      a: { kind: 'dropped', reason: 'below-threshold', detail: 'confidence 0.2 is below 0.5' },
    })
  })

  test('what an earlier review said on the same text is not said again, wherever the text moved', () => {
    const [first] = judge([grounded('a', 3)], files, defaultReviewSettings, new Set())
    const moved: FileDiff = {
      ...file,
      hunks: file.hunks.map((hunk) => ({ ...hunk, lines: hunk.lines.map(shiftByTen) })),
    }
    const [again] = judge(
      [grounded('b', 13)],
      new Map([[file.path, moved]]),
      defaultReviewSettings,
      new Set([first?.fingerprint ?? '']),
    )
    expect(again?.verdict).toMatchObject({ kind: 'dropped', reason: 'already-said' })
  })

  test('a linter and a model at the same lines with the same harm say it once', () => {
    const linter = grounded('lint', 3, {
      source: { kind: 'analyser', analyser: 'ruff', rule: 'F821' },
      confidence: 1,
    })
    expect(verdicts([grounded('model', 3), linter])).toEqual({
      lint: { kind: 'posted', place: 'inline' },
      model: { kind: 'merged', into: 'lint' },
    })
  })

  test('two problems that one finder names at the same line are two', () => {
    const candidates = [grounded('a', 3), grounded('b', 3), grounded('c', 3, { title: 'problem a' })]
    expect(verdicts(candidates)).toMatchObject({
      a: { kind: 'posted' },
      b: { kind: 'posted' },
      c: { kind: 'merged', into: 'a' },
    })
  })

  test('the most severe go inline, the rest into the summary', () => {
    const candidates = [
      grounded('low', 1, { severity: 'low' }),
      grounded('critical', 9, { severity: 'critical' }),
      grounded('high', 20, { severity: 'high' }),
    ]
    expect(verdicts(candidates, new Set(), 2)).toEqual({
      critical: { kind: 'posted', place: 'inline' },
      high: { kind: 'posted', place: 'inline' },
      low: { kind: 'posted', place: 'summary' },
    })
  })
})

const anyCandidate = fc
  .record({
    line: fc.integer({ min: 1, max: 40 }),
    severity: fc.constantFrom(...severity.options),
    category: fc.constantFrom(...category.options),
    confidence: fc.double({ min: 0, max: 1, noNaN: true }),
    dropped: fc.boolean(),
    rule: fc.option(fc.constantFrom('F821', 'B006'), { nil: undefined }),
  })
  .map(({ line, dropped, rule, ...said }) => {
    const source = rule === undefined ? {} : { source: { kind: 'analyser', analyser: 'ruff', rule } as const }
    return (id: string): GroundedCandidate => {
      const found = grounded(id, line, { ...said, ...source })
      return dropped
        ? { ...found, grounding: { kind: 'dropped', reason: 'quote-missing', detail: 'x' } }
        : found
    }
  })

test('findings are conserved, whatever was found, and merge into one that is posted', () => {
  fc.assert(
    fc.property(
      fc.array(anyCandidate, { maxLength: 60 }),
      fc.integer({ min: 1, max: 30 }),
      (makers, maxInlineComments) => {
        const candidates = makers.map((make, index) => make(`c${index}`))
        const findings = judge(candidates, files, { ...defaultReviewSettings, maxInlineComments }, new Set())
        expect(findings.map(({ id }) => id).sort()).toEqual(
          candidates.map(({ candidate }) => candidate.id).sort(),
        )
        const posted = new Set(
          findings.filter(({ verdict }) => verdict.kind === 'posted').map(({ id }) => id),
        )
        const mergedInto = findings.flatMap(({ verdict }) =>
          verdict.kind === 'merged' ? [verdict.into] : [],
        )
        expect(mergedInto.filter((id) => !posted.has(id))).toEqual([])
        const inline = findings.filter(
          ({ verdict }) => verdict.kind === 'posted' && verdict.place === 'inline',
        )
        expect(inline.length).toBeLessThanOrEqual(maxInlineComments)
      },
    ),
  )
})

test('the order in which candidates come changes no verdict', () => {
  fc.assert(
    fc.property(fc.array(anyCandidate, { maxLength: 30 }), (makers) => {
      const candidates = makers.map((make, index) => make(`c${index}`))
      expect(verdicts(candidates.toReversed())).toEqual(verdicts(candidates))
    }),
  )
})

function shiftByTen(line: FileDiff['hunks'][number]['lines'][number]) {
  return line.kind === 'added' ? { ...line, newLine: line.newLine + 10 } : line
}
