import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { PermanentError, RateLimitedError, RetryableError } from '../../base/errors.ts'
import type { FileDiff } from '../../diff/file-diff.ts'
import { parseHunks } from '../../diff/parse-patch.ts'
import { ContextTooLongError } from '../../llm/context-too-long-error.ts'
import type { Answer, Question } from '../../llm/model.ts'
import { OverBudgetError } from '../../llm/over-budget-error.ts'
import { UnusableAnswerError } from '../../llm/unusable-answer-error.ts'
import type { Candidate } from '../finding.ts'
import type { SecondLook } from './second-look.ts'
import { verifyInUnit } from './verify-in-unit.ts'
import type { VerifyMatter } from './verify-question.ts'

const hunks = parseHunks('@@ -1 +1,2 @@\n def mean(rows):\n+    return sum(rows) / len(rows)\n')
const file: FileDiff = { path: 'a.py', oldPath: 'a.py', status: 'modified', binary: false, hunks }
const matter: VerifyMatter = { file, hunks, context: '', intent: { title: 'Faster mean', body: '' } }
const usage = { inputTokens: 1, cachedInputTokens: 0, outputTokens: 1 }
/** Of a list, the one that answered. */
const model = 'openai/small-2026'

function claim(id: string): Candidate {
  return {
    id,
    source: { kind: 'model', model: 'openai/large' },
    path: 'a.py',
    anchor: { side: 'RIGHT', startLine: 2, endLine: 2 },
    severity: 'low',
    category: 'bug',
    title: `Claim ${id}`,
    explanation: 'an empty list → ZeroDivisionError',
    evidence: 'sum(rows)',
    confidence: 0.3,
  }
}

const short = new OverBudgetError('over the money cap of the day')
const notLooked = (claimed: Candidate['severity']): SecondLook => ({
  verification: { verdict: 'unsure', reason: short.message, claimed, isOverBudget: true },
  severity: claimed,
  origin: 'introduced',
})

function says(claim: number, more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const verdict = { verdict: 'confirmed', reason: 'len(rows) is 0', severity: 'high', certainty: 0.9 }
  return { claim, ...verdict, origin: 'introduced', same_as: null, ...more }
}

/** Each answer in turn: a value, or an error to throw. Returns what came out, and what was asked. */
async function verify(
  claims: readonly Candidate[],
  answers: readonly unknown[],
  about = matter,
): Promise<{ looks: ReadonlyMap<string, SecondLook>; questions: readonly Question[] }> {
  const questions: Question[] = []
  const ask = (question: Question): Promise<Answer> => {
    const answer = answers[questions.length]
    questions.push(question)
    if (answer instanceof Error) return Promise.reject(answer)
    return Promise.resolve({
      value: answer,
      text: '',
      finishReason: 'stop',
      rawFinishReason: 'stop',
      usage,
      model: 'openai/large-2026',
      source: 'model',
    })
  }
  return { looks: await verifyInUnit(claims, about, { model: 'openai/large', ask }), questions }
}

test('one question judges all claims of a unit, and each gets its own verdict', async () => {
  const { looks, questions } = await verify(
    [claim('a'), claim('b')],
    [{ verdicts: [says(2, { verdict: 'refuted', origin: 'existing', same_as: 1 }), says(1)] }],
  )
  expect(questions).toHaveLength(1)
  expect(Object.fromEntries(looks)).toEqual({
    a: {
      verification: {
        verdict: 'confirmed',
        reason: 'len(rows) is 0',
        model: 'openai/large-2026',
        certainty: 0.9,
        claimed: 'low',
      },
      severity: 'high',
      origin: 'introduced',
    },
    b: {
      verification: {
        verdict: 'refuted',
        reason: 'len(rows) is 0',
        model: 'openai/large-2026',
        certainty: 0.9,
        claimed: 'low',
      },
      severity: 'high',
      origin: 'existing',
      sameAs: 'a',
    },
  })
})

describe('an answer is read as far as it can be', () => {
  const verdictOf = async (entry: unknown): Promise<SecondLook | undefined> =>
    (await verify([claim('a')], [{ verdicts: [entry] }])).looks.get('a')

  test.each([
    ['numbers as text', says(1, { claim: '1', certainty: '0.9' })],
    ['percent', says(1, { certainty: 90 })],
    ['capitals', says(1, { verdict: 'Confirmed', severity: 'HIGH', origin: ' Introduced' })],
    ['further fields', says(1, { thought: 'hm', same_as: 'none' })],
  ])('%s', async (_what, entry) => {
    expect(await verdictOf(entry)).toMatchObject({
      verification: { verdict: 'confirmed', certainty: 0.9 },
      severity: 'high',
      origin: 'introduced',
    })
  })

  test('what it does not say of the severity is as the finder said', async () => {
    expect(await verdictOf({ claim: 1, verdict: 'confirmed' })).toMatchObject({
      verification: { verdict: 'confirmed', reason: '', certainty: 0.5 },
      severity: 'low',
    })
  })

  test('a list without a name is the list', async () => {
    const { looks } = await verify([claim('a')], [[says(1)]])
    expect(looks.get('a')?.verification.verdict).toBe('confirmed')
  })

  test('no claim speaks for itself, nor a later one for an earlier one', async () => {
    const both = { verdicts: [says(1, { same_as: 2 }), says(2, { same_as: 2 })] }
    const { looks } = await verify([claim('a'), claim('b')], [both])
    expect([...looks.values()].map(({ sameAs }) => sameAs)).toEqual([undefined, undefined])
  })
})

describe('a claim without a verdict', () => {
  test('is asked about once more, alone', async () => {
    const { looks, questions } = await verify(
      [claim('a'), claim('b'), claim('c')],
      [{ verdicts: [says(1), says(3)] }, { verdicts: [says(1, { verdict: 'refuted' })] }],
    )
    expect(questions).toHaveLength(2)
    expect(questions[1]?.prompt).toContain('Claim b')
    expect(questions[1]?.prompt).not.toContain('Claim a')
    expect(looks.get('b')?.verification.verdict).toBe('refuted')
  })

  test.each([
    ['nobody said a word', [{ verdicts: [] }], 'the answer does not say a word about it'],
    ['the answer was prose', ['All fine.'], 'the answer does not say a word about it'],
    [
      'the verdict is none',
      [{ verdicts: [says(1, { verdict: 'perhaps' })] }],
      'the answer does not say a word about it',
    ],
    [
      'the answer cannot be used',
      [new UnusableAnswerError('garbage', 'no JSON', { text: 'LGTM', usage, model })],
      'the answer was garbage',
    ],
    ['the question is too long', [new ContextTooLongError('128k')], 'too long for the model'],
  ])('is unsure, and says why: %s', async (_what, answers, reason) => {
    const { looks } = await verify([claim('a')], answers)
    expect(looks.get('a')).toEqual({
      verification: { verdict: 'unsure', reason, claimed: 'low' },
      severity: 'low',
      origin: 'introduced',
    })
  })
})

test('an answer that was cut off counts as far as it came', async () => {
  const text = `{"verdicts": [${JSON.stringify(says(1))}, {"claim": 2, "verdict": "conf`
  const cut = new UnusableAnswerError('truncated', 'cut', { text, usage, model })
  const { looks, questions } = await verify([claim('a'), claim('b')], [cut, { verdicts: [says(1)] }])
  expect(questions[1]?.prompt).not.toContain('Claim a')
  expect([...looks.values()].map(({ verification }) => verification)).toMatchObject([
    { verdict: 'confirmed', model },
    { verdict: 'confirmed', model: 'openai/large-2026' },
  ])
})

test('a question that is too long is asked without what stands around the hunks', async () => {
  const about = { ...matter, context: 'def mean_of_all(rows): ...' }
  const { looks, questions } = await verify(
    [claim('a')],
    [new ContextTooLongError('128k'), { verdicts: [says(1)] }],
    about,
  )
  expect(questions.map(({ prompt }) => prompt.includes('mean_of_all'))).toEqual([true, false])
  expect(looks.get('a')?.verification.verdict).toBe('confirmed')
})

test('a long list of claims is asked about in parts', async () => {
  const claims = Array.from({ length: 30 }, (_, index) => claim(`c${index}`))
  const all = { verdicts: Array.from({ length: 30 }, (_, index) => says(index + 1)) }
  const { looks, questions } = await verify(
    claims,
    Array.from({ length: 30 }, () => all),
  )
  expect(looks.size).toBe(30)
  expect(questions.length).toBeGreaterThan(1)
  expect(questions.length).toBeLessThan(6)
})

test.each([
  new RateLimitedError('wait', new Date()),
  new RetryableError('529'),
  new PermanentError('wrong key'),
  new DOMException('stopped', 'AbortError'),
])('what concerns the whole run is thrown: %s', async (error) => {
  await expect(verify([claim('a')], [error])).rejects.toBe(error)
})

test('whatever is answered, every claim gets exactly one look, and nobody else does', async () => {
  const entry = fc.oneof(
    fc.jsonValue(),
    fc.record({
      claim: fc.oneof(fc.integer({ min: -2, max: 20 }), fc.string()),
      verdict: fc.oneof(fc.constantFrom('confirmed', 'refuted', 'unsure'), fc.string()),
      same_as: fc.oneof(fc.integer({ min: -2, max: 20 }), fc.constant(null)),
      certainty: fc.anything(),
    }),
  )
  const answer = fc.oneof(fc.jsonValue(), fc.record({ verdicts: fc.array(entry, { maxLength: 20 }) }))
  await fc.assert(
    fc.asyncProperty(fc.nat(15), fc.infiniteStream(answer), async (count, answers) => {
      const claims = Array.from({ length: count }, (_, index) => claim(`c${index}`))
      const { looks } = await verify(claims, [...answers.take(5)])
      expect([...looks.keys()].sort()).toEqual(claims.map(({ id }) => id).sort())
      const twins = [...looks.values()].flatMap(({ sameAs }) => (sameAs === undefined ? [] : [sameAs]))
      expect(twins.filter((id) => !looks.has(id))).toEqual([])
    }),
  )
})

test('near a cap only severe claims are asked about, and the others have the reason in the place of a verdict', async () => {
  const claims = [claim('a'), { ...claim('b'), severity: 'critical' as const }, claim('c')]
  const { looks, questions } = await verify(claims, [short, { verdicts: [says(1)] }])
  expect(questions.map(({ stakes }) => stakes)).toEqual(['least', 'high'])
  expect(looks.get('a')).toEqual(notLooked('low'))
  expect(looks.get('b')).toMatchObject({ verification: { verdict: 'confirmed', claimed: 'critical' } })
  expect(looks.get('c')).toEqual(notLooked('low'))
})

test('at a cap nobody is asked again', async () => {
  const claims = [claim('a'), { ...claim('b'), severity: 'high' as const }]
  const { looks, questions } = await verify(claims, [short, short])
  expect(questions).toHaveLength(2)
  expect(Object.fromEntries(looks)).toEqual({ a: notLooked('low'), b: notLooked('high') })
  expect((await verify([claim('a')], [short])).questions).toHaveLength(1)
})
