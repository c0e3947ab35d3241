import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { PermanentError, RateLimitedError, RetryableError } from '../../base/errors.ts'
import { ContextTooLongError } from '../../llm/context-too-long-error.ts'
import type { Answer, Question } from '../../llm/model.ts'
import { OverBudgetError } from '../../llm/over-budget-error.ts'
import { UnusableAnswerError } from '../../llm/unusable-answer-error.ts'
import type { Examined } from '../judge/policy.ts'
import { judge } from '../judge/judge.ts'
import { comparePrompt } from '../prompts/compare-prompt.ts'
import { defaultReviewSettings as settings } from '../review-settings.ts'
import { compareClaims, type Compared } from './compare-claims.ts'

const usage = { inputTokens: 1, cachedInputTokens: 0, outputTokens: 1 }
const intent = { title: 'Cancel reminders', body: '' }

function claim(id: string, said: Partial<Examined['candidate']> = {}): Examined {
  return {
    candidate: {
      id,
      source: { kind: 'model', model: 'openai/large' },
      path: `src/${id}.ts`,
      anchor: { side: 'RIGHT', startLine: 7, endLine: 7 },
      severity: 'low',
      category: 'bug',
      title: `Claim ${id}`,
      explanation: 'a cancelled booking → a reminder is sent',
      evidence: 'remove()',
      confidence: 0.3,
      ...said,
    },
    fingerprint: id,
    look: {
      verification: { verdict: 'confirmed', reason: 'no await', model: 'm', certainty: 0.9, claimed: 'low' },
      severity: 'high',
      origin: 'introduced',
    },
  }
}

async function compare(
  examined: readonly Examined[],
  answer: unknown,
): Promise<Compared & { readonly questions: readonly Question[] }> {
  const questions: Question[] = []
  const ask = (question: Question): Promise<Answer> => {
    questions.push(question)
    if (answer instanceof Error) return Promise.reject(answer)
    return Promise.resolve({
      value: answer,
      text: '',
      finishReason: 'stop',
      rawFinishReason: 'stop',
      usage,
      model: 'openai/large-1',
      source: 'model',
    })
  }
  const compared = await compareClaims(examined, { asker: { model: 'openai/large', ask }, intent, settings })
  return { ...compared, questions }
}

const of = ({ examined }: Compared): unknown[] => examined.map(({ comparison }) => comparison)
const says = (claims: readonly object[]) => ({ claims })

test('all claims are compared in one question, and each gets what it says of it', async () => {
  const compared = await compare(
    [claim('b'), claim('a')],
    says([
      { claim: 1, same_as: null, worth: 0.8 },
      { claim: 2, same_as: 1, worth: '30 %' },
    ]),
  )
  expect(compared.questions).toHaveLength(1)
  expect(of(compared)).toEqual([{ worth: 0.3, sameAs: 'a' }, { worth: 0.8 }])
  expect(compared).toMatchObject({ claims: 2 })
})

test('the question shows what is claimed and why it was believed, and nothing of where it stands', async () => {
  const { questions } = await compare([claim('b'), claim('a')], says([]))
  await expect([comparePrompt.system, questions[0]?.prompt].join('\n\n')).toMatchFileSnapshot(
    `../prompts/${comparePrompt.version}.txt`,
  )
  const moved = [
    claim('a', { id: 'another', anchor: { side: 'RIGHT', startLine: 99, endLine: 99 } }),
    claim('b'),
  ]
  expect((await compare(moved, says([]))).questions[0]?.prompt).toBe(questions[0]?.prompt)
})

test('an answer that was cut off counts as far as it came', async () => {
  const text = '{"claims": [{"claim": 2, "same_as": null, "worth": 0.7}, {"claim": 1, "wor'
  const compared = await compare(
    [claim('a'), claim('b')],
    new UnusableAnswerError('truncated', 'cut', { text, usage, model: 'm' }),
  )
  expect(of(compared)).toEqual([undefined, { worth: 0.7 }])
  expect(compared.problem).toBe('the answer was truncated')
})

test('beside claims that were compared, one that was not does not come first', async () => {
  const [first, second] = judge(
    (await compare([claim('a'), claim('b')], says([{ claim: 2, same_as: null, worth: 0.8 }]))).examined,
    settings,
  )
  expect([first?.id, second?.id]).toEqual(['b', 'a'])
})

describe('what is not compared', () => {
  test('a claim that stands alone, and whatever is not said anyway', async () => {
    const refuted = claim('b')
    const looked = { ...refuted.look, verification: { ...refuted.look?.verification, verdict: 'refuted' } }
    const linter = claim('c', {
      source: { kind: 'analyser', analyser: 'ruff', rule: 'F821' },
      severity: 'high',
    })
    const { questions, claims } = await compare(
      [claim('a'), { ...refuted, look: looked } as Examined, linter],
      says([]),
    )
    expect(questions).toEqual([])
    expect(claims).toBe(0)
  })

  test.each([
    [
      'the answer cannot be used',
      new UnusableAnswerError('garbage', 'no JSON', { text: 'LGTM', usage, model: 'm' }),
    ],
    ['it is too long', new ContextTooLongError('8k')],
    ['money is short', new OverBudgetError('over the money cap of the day')],
    ['the provider refuses it', new PermanentError('400: filtered')],
  ])('stands as it is, and the reason is told: %s', async (_what, error) => {
    const compared = await compare([claim('a'), claim('b')], error)
    expect(of(compared)).toEqual([undefined, undefined])
    expect(compared.problem).toBeTruthy()
  })
})

test.each([
  new RateLimitedError('wait', new Date()),
  new RetryableError('529'),
  new DOMException('stopped', 'AbortError'),
])('what concerns the whole run is thrown: %s', async (error) => {
  await expect(compare([claim('a'), claim('b')], error)).rejects.toBe(error)
})

test('whatever is answered, every finding comes out once, and none speaks for itself', async () => {
  const entry = fc.oneof(
    fc.jsonValue(),
    fc.record({
      claim: fc.oneof(fc.integer({ min: -2, max: 12 }), fc.string()),
      same_as: fc.oneof(fc.integer({ min: -2, max: 12 }), fc.constant(null)),
      worth: fc.anything(),
    }),
  )
  const answer = fc.oneof(fc.jsonValue(), fc.record({ claims: fc.array(entry, { maxLength: 14 }) }))
  await fc.assert(
    fc.asyncProperty(fc.nat(10), answer, async (count, said) => {
      const examined = Array.from({ length: count }, (_, index) => claim(`c${index}`))
      const findings = judge((await compare(examined, said)).examined, settings)
      expect(findings.map(({ id }) => id).sort()).toEqual(
        examined.map(({ candidate }) => candidate.id).sort(),
      )
      for (const { id, verdict } of findings) {
        const into =
          verdict.kind === 'merged' ? findings.find((other) => other.id === verdict.into) : undefined
        expect(verdict.kind !== 'merged' || (into?.id !== id && into?.verdict.kind === 'posted')).toBe(true)
      }
    }),
  )
})
