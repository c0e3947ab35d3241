import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { category, severity, type Candidate, type Finding } from '../finding.ts'
import { defaultReviewSettings } from '../review-settings.ts'
import type { SecondLook } from '../verify/second-look.ts'
import { judge } from './judge.ts'
import type { Examined } from './policy.ts'

type Said = Partial<Candidate> & { readonly line?: number }

function candidate(id: string, { line = 3, ...said }: Said = {}): Candidate {
  return {
    id,
    source: { kind: 'model', model: 'openai/large' },
    path: 'shop.py',
    anchor: { side: 'RIGHT', startLine: line, endLine: line },
    severity: 'medium',
    category: 'bug',
    title: `problem ${id.replace(' ', '-of-')}`,
    explanation: 'an empty cart → a crash',
    evidence: `line ${line}`,
    confidence: 0.9,
    ...said,
  }
}

function found(id: string, said: Said = {}, look?: SecondLook): Examined {
  return { candidate: candidate(id, said), fingerprint: `print of ${id}`, ...(look && { look }) }
}

function confirmed(said: Partial<SecondLook> & { readonly certainty?: number } = {}): SecondLook {
  const { certainty = 0.9, ...rest } = said
  const verification = {
    verdict: 'confirmed',
    reason: 'seen',
    model: 'm',
    certainty,
    claimed: 'low',
  } as const
  return { verification, severity: 'medium', origin: 'introduced', ...rest }
}

const linter = { kind: 'analyser', analyser: 'ruff', rule: 'F821' } as const

function verdicts(examined: readonly Examined[], maxInlineComments = 8): Record<string, Finding['verdict']> {
  const findings = judge(examined, { ...defaultReviewSettings, maxInlineComments })
  return Object.fromEntries(findings.map(({ id, verdict }) => [id, verdict]))
}

const INLINE = { kind: 'posted', place: 'inline' }
const SUMMARY = { kind: 'posted', place: 'summary' }

describe('the same problem is said once', () => {
  test('by a linter and a model at the same lines with the same harm', () => {
    const lint = found('lint', { source: linter, confidence: 1 })
    expect(verdicts([found('model'), lint])).toEqual({
      lint: INLINE,
      model: { kind: 'merged', into: 'lint' },
    })
  })

  test('by one model in a unit and in the change as a whole, in other words', () => {
    const source = { kind: 'model', model: 'openai/large', pass: 'whole-change' } as const
    const whole = found('whole', {
      source,
      title: 'Its caller in report.py passes one argument',
      confidence: 0.8,
    })
    expect(verdicts([found('unit'), whole])).toEqual({
      unit: INLINE,
      whole: { kind: 'merged', into: 'unit' },
    })
  })

  test('by one model twice, in nearly the same words, a line apart', () => {
    const twice = [
      found('a', { line: 3, title: 'total() divides by zero when the cart is empty' }),
      found('b', { line: 5, title: 'Division by zero for an empty cart in total' }),
      found('c', { line: 30, title: 'The receipt is printed before it is saved' }),
    ]
    expect(verdicts(twice)).toEqual({ a: INLINE, b: { kind: 'merged', into: 'a' }, c: INLINE })
  })

  test('at other places, when it is one cause about one name', () => {
    const scattered = [
      found('a', { line: 3, title: '`deleteReminder` is not awaited in the loop' }),
      found('b', { line: 30, title: 'deleteReminder is not awaited inside the loop' }),
      found('c', { line: 9, path: 'other.py', title: '`deleteReminder` is not awaited in a loop' }),
      found('d', { line: 9, path: 'third.py', title: '`saveReminder` overwrites newer reminders' }),
    ]
    expect(verdicts(scattered)).toEqual({
      a: { kind: 'merged', into: 'c' },
      b: { kind: 'merged', into: 'c' },
      c: INLINE,
      d: INLINE,
    })
  })

  test('when the second look says that the cause is the same, whatever the words', () => {
    const two = [
      found('a', { line: 3, title: 'The cursor is closed too early' }, confirmed()),
      found('b', { line: 30, title: 'Rows vanish' }, confirmed({ sameAs: 'a', severity: 'high' })),
      found('c', { line: 20, title: 'Iteration stops' }, confirmed({ sameAs: 'a' })),
    ]
    expect(verdicts(two)).toEqual({
      b: INLINE,
      a: { kind: 'merged', into: 'b' },
      c: { kind: 'merged', into: 'b' },
    })
  })

  test('when a comparison says so, though neither saw the file of the other', () => {
    const two = [
      { ...found('a', { path: 'one.py' }, confirmed()), comparison: { worth: 0.6 } },
      {
        ...found('b', { path: 'two.py' }, confirmed({ severity: 'high' })),
        comparison: { worth: 0.9, sameAs: 'a' },
      },
      { ...found('c', { path: 'three.py' }, confirmed()), comparison: { worth: 0.9, sameAs: 'a' } },
    ]
    expect(verdicts(two)).toEqual({
      b: INLINE,
      a: { kind: 'merged', into: 'b' },
      c: { kind: 'merged', into: 'b' },
    })
  })

  test('and one whose twin is not said is judged by itself', () => {
    const refuted = confirmed()
    const two = [
      found('a', {}, { ...refuted, verification: { ...refuted.verification, verdict: 'refuted' } }),
      found('b', { line: 30 }, confirmed({ sameAs: 'a' })),
    ]
    expect(verdicts(two)).toMatchObject({ a: { kind: 'dropped', reason: 'refuted' }, b: INLINE })
  })

  test('and what the other would replace the same lines with is not lost', () => {
    const offers = [
      found(
        'a',
        { title: '`countTotal()` divides by zero when the cart is empty' },
        confirmed({ severity: 'high' }),
      ),
      found('b', {
        title: 'Division by zero for an empty cart in `countTotal()`',
        line: 4,
        replacement: 'elsewhere',
      }),
      found('e', {
        title: '`countTotal()` divides by zero when the cart is empty',
        path: 'other.py',
        replacement: 'of another file',
      }),
      found('c', { title: 'Division by zero for an empty cart in `countTotal()`', replacement: 'return 0' }),
      found('d', { title: 'Division by zero in `countTotal()` for an empty cart', replacement: 'return 1' }),
    ]
    const [said, ...merged] = judge(offers, defaultReviewSettings)
    expect(merged.map(({ verdict }) => verdict)).toEqual(merged.map(() => ({ kind: 'merged', into: 'a' })))
    expect(said).toMatchObject({ id: 'a', verdict: INLINE, replacement: 'return 0' })
  })

  test('but two problems at one line are two', () => {
    const candidates = [
      found('a', { title: 'The rate is added instead of multiplied' }),
      found('b', { title: 'A missing customer crashes the export' }),
      found('c', { title: 'The rate is added instead of multiplied' }),
    ]
    expect(verdicts(candidates)).toEqual({ a: INLINE, b: INLINE, c: { kind: 'merged', into: 'a' } })
  })
})

test('what is worth less than the others is folded, and told with its worth', () => {
  const two = [
    { ...found('a', {}, confirmed({ severity: 'critical' })), comparison: { worth: 0.4 } },
    { ...found('b', { line: 90 }, confirmed()), comparison: { worth: 0.5 } },
  ]
  expect(judge(two, defaultReviewSettings)).toMatchObject([
    { id: 'a', verdict: SUMMARY, worth: 0.4 },
    { id: 'b', verdict: INLINE, worth: 0.5 },
  ])
})

describe('the order', () => {
  const order = (examined: readonly Examined[]): string[] =>
    judge(examined, defaultReviewSettings).map(({ id }) => id)

  test('is by the harm to be expected, not by what the finder said', () => {
    const examined = [
      found('claimed critical', { severity: 'critical', line: 1 }, confirmed({ severity: 'medium' })),
      found('really high', { severity: 'low', line: 20 }, confirmed({ severity: 'high' })),
      found('hardly likely', { severity: 'high', line: 30 }, confirmed({ severity: 'high', certainty: 0.4 })),
    ]
    expect(order(examined)).toEqual(['really high', 'claimed critical', 'hardly likely'])
  })

  test('of equal ones has the proven first, and then follows the places', () => {
    const examined = [
      found('b', { line: 9, confidence: 1 }),
      found('a', { line: 2, confidence: 1 }),
      found('lint', { line: 30, source: linter, confidence: 1 }),
      found('looked at', { line: 20 }, confirmed({ certainty: 1 })),
    ]
    expect(order(examined)).toEqual(['lint', 'looked at', 'a', 'b'])
  })
})

describe('the places', () => {
  /** Problems of one severity that have nothing to do with each other, each on a line of its own. */
  const many = (count: number, severity: Candidate['severity']): Examined[] =>
    Array.from({ length: count }, (_, index) =>
      found(`${severity} ${index}`, { path: `${severity}.py`, line: index * 9 + 1, severity }),
    )

  function inlineOf(examined: readonly Examined[], maxInlineComments?: number): string[] {
    const found = verdicts(examined, maxInlineComments)
    return Object.keys(found).filter((id) => found[id]?.kind === 'posted' && found[id].place === 'inline')
  }

  test('inline are four at most, unless more of them are high or critical', () => {
    expect(inlineOf(many(6, 'medium'))).toHaveLength(4)
    expect(inlineOf(many(6, 'high'))).toHaveLength(6)
    expect(inlineOf([...many(3, 'high'), ...many(6, 'medium')])).toHaveLength(4)
  })

  test('and never more than the settings say; the rest is in the summary', () => {
    const found = verdicts([...many(2, 'critical'), ...many(2, 'high')], 3)
    expect(found).toEqual({ 'critical 0': INLINE, 'critical 1': INLINE, 'high 0': INLINE, 'high 1': SUMMARY })
  })

  test('what has no lines, and what nobody could look at again, goes into the summary', () => {
    const { anchor: _anchor, ...unplaced } = candidate('unplaced')
    const verification = { verdict: 'unsure', reason: 'the answer was garbage', claimed: 'high' } as const
    const unseen = found('unseen', { line: 30 }, { verification, severity: 'high', origin: 'introduced' })
    expect(verdicts([{ candidate: unplaced, fingerprint: 'f' }, unseen])).toEqual({
      unplaced: SUMMARY,
      unseen: SUMMARY,
    })
  })
})

test('a finding has the severity that follows from the evidence, and what the finder claimed beside it', () => {
  const [finding] = judge(
    [found('a', { severity: 'low' }, confirmed({ severity: 'high' }))],
    defaultReviewSettings,
  )
  expect(finding).toMatchObject({ severity: 'high', verification: { claimed: 'low', reason: 'seen' } })
})

const anyLook = fc
  .record({
    verdict: fc.constantFrom('confirmed' as const, 'refuted' as const, 'unsure' as const),
    severity: fc.constantFrom(...severity.options),
    certainty: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined }),
    origin: fc.constantFrom('introduced' as const, 'exposed' as const, 'existing' as const),
    sameAs: fc.option(fc.nat(70), { nil: undefined }),
  })
  .map(({ verdict, severity, certainty, origin, sameAs }): SecondLook => {
    const told = certainty === undefined ? {} : { model: 'm', certainty }
    const twin = sameAs === undefined ? {} : { sameAs: `c${sameAs}` }
    return { verification: { verdict, reason: '', claimed: 'low', ...told }, severity, origin, ...twin }
  })

const anyFound = fc
  .record({
    line: fc.integer({ min: 1, max: 40 }),
    path: fc.constantFrom('shop.py', 'cart.py'),
    severity: fc.constantFrom(...severity.options),
    category: fc.constantFrom(...category.options),
    confidence: fc.double({ min: 0, max: 1, noNaN: true }),
    title: fc.constantFrom(
      '`total` divides by zero',
      '`total` is divided by zero',
      'The lock is never released',
    ),
    source: fc.constantFrom(linter, { kind: 'model' as const, model: 'openai/large' }),
    look: fc.option(anyLook, { nil: undefined }),
    refused: fc.boolean(),
  })
  .map(({ look, refused, ...said }) => (id: string): Examined => ({
    ...found(id, said, look),
    ...(refused && { refusal: { kind: 'dropped', reason: 'quote-missing', detail: 'x' } as const }),
  }))

test('findings are conserved, whatever was found, and merge into one that is posted', () => {
  fc.assert(
    fc.property(
      fc.array(anyFound, { maxLength: 60 }),
      fc.integer({ min: 1, max: 30 }),
      (makers, maxInlineComments) => {
        const examined = makers.map((make, index) => make(`c${index}`))
        const findings = judge(examined, { ...defaultReviewSettings, maxInlineComments })
        expect(findings.map(({ id }) => id).sort()).toEqual(
          examined.map(({ candidate }) => candidate.id).sort(),
        )
        const posted = new Set(findings.flatMap(({ id, verdict }) => (verdict.kind === 'posted' ? [id] : [])))
        const into = findings.flatMap(({ verdict }) => (verdict.kind === 'merged' ? [verdict.into] : []))
        expect(into.filter((id) => !posted.has(id))).toEqual([])
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
    fc.property(fc.array(anyFound, { maxLength: 30 }), (makers) => {
      const examined = makers.map((make, index) => make(`c${index}`))
      expect(verdicts(examined.toReversed())).toEqual(verdicts(examined))
    }),
  )
})
