import { describe, expect, test } from 'vitest'
import { PermanentError, RateLimitedError, RetryableError } from '../base/errors.ts'
import { tagLines } from '../diff/line-tags.ts'
import type { FileDiff } from '../diff/file-diff.ts'
import { parseHunks } from '../diff/parse-patch.ts'
import { ContextTooLongError } from '../llm/context-too-long-error.ts'
import type { Answer, Question } from '../llm/model.ts'
import { UnusableAnswerError } from '../llm/unusable-answer-error.ts'
import { findInUnit, type UnitOutcome } from './find-in-unit.ts'
import type { Unit } from './units.ts'

const hunks = parseHunks('@@ -1 +1,2 @@\n def mean(rows):\n+    return sum(rows) / len(rows)\n')
const file: FileDiff = { path: 'a.py', oldPath: 'a.py', status: 'modified', binary: false, hunks }
const unit = { path: 'a.py', hunks, file, estimatedTokens: 1 }
const tag = tagLines(hunks).hunks[0]?.lines.find(({ line }) => line.kind === 'added')?.tag ?? ''
const usage = { inputTokens: 1, cachedInputTokens: 0, outputTokens: 1 }
/** Of a list, the one that answered. */
const model = 'openai/small-2026'

const entry = {
  start_tag: tag,
  end_tag: tag,
  severity: 'high',
  category: 'bug',
  title: 'Divides by zero',
  failure: 'An empty list → ZeroDivisionError',
  evidence: 'sum(rows) / len(rows)',
  replacement: null,
  confidence: 0.9,
}

async function find(
  ask: (question: Question) => Promise<Answer>,
  asked: Unit = unit,
): Promise<readonly UnitOutcome[]> {
  let made = 0
  return await findInUnit(asked, { model: 'openai/large', ask }, () => `id ${++made}`)
}

function answer(value: unknown): Answer {
  return {
    value,
    text: '',
    finishReason: 'stop',
    rawFinishReason: 'stop',
    usage,
    model: 'openai/large-2026',
    source: 'model',
  }
}

const answering = (value: unknown): Promise<readonly UnitOutcome[]> => find(async () => answer(value))

test('a unit is asked once, with its own question', async () => {
  const questions: Question[] = []
  await find(async (question) => {
    questions.push(question)
    throw new UnusableAnswerError('empty', 'nothing came', { text: '', usage, model })
  })
  expect(questions).toHaveLength(1)
  expect(questions[0]?.prompt).toContain(`${tag}|+    return sum(rows) / len(rows)`)
})

test('a finding is named, placed, and says which model found it', async () => {
  expect(await answering({ findings: [entry] })).toEqual([
    {
      unit,
      source: 'model',
      candidates: [
        {
          candidate: {
            id: 'id 1',
            source: { kind: 'model', model: 'openai/large-2026' },
            path: 'a.py',
            anchor: { side: 'RIGHT', startLine: 2, endLine: 2 },
            severity: 'high',
            category: 'bug',
            title: 'Divides by zero',
            explanation: 'An empty list → ZeroDivisionError',
            evidence: 'sum(rows) / len(rows)',
            confidence: 0.9,
          },
          grounding: { kind: 'grounded', anchor: { side: 'RIGHT', startLine: 2, endLine: 2 } },
        },
      ],
    },
  ])
})

test('no finding is a good answer', async () => {
  expect(await answering({ findings: [] })).toEqual([{ unit, source: 'model', candidates: [] }])
})

test('a replacement comes along when it may be shown', async () => {
  const replacement = '    return sum(rows) / max(1, len(rows))\n'
  const unusable = '    return sum(rows) # \u202E'
  const outcome = await answering({
    findings: [
      { ...entry, replacement },
      { ...entry, replacement: unusable },
    ],
  })
  expect(outcome).toMatchObject([{ candidates: [{ candidate: { replacement: replacement.trimEnd() } }, {}] }])
  expect(JSON.stringify(outcome)).not.toContain(JSON.stringify(unusable))
})

test('every entry of an answer becomes one candidate with an id of its own, however bad it is', async () => {
  const findings = [
    entry,
    'looks good',
    { ...entry, start_tag: 'zzzz' },
    { ...entry, evidence: 'max(rows)' },
    { ...entry, severity: 'blocker' },
    null,
  ]
  const candidates = (await answering({ findings })).flatMap((outcome) => outcome.candidates)
  expect(candidates.map(({ candidate }) => candidate.id)).toEqual(
    findings.map((_, index) => `id ${index + 1}`),
  )
  expect(
    candidates.map(({ grounding }) => (grounding.kind === 'dropped' ? grounding.reason : grounding.kind)),
  ).toEqual(['grounded', 'unreadable', 'unresolved-tags', 'quote-missing', 'unreadable', 'unreadable'])
  expect(candidates.map(({ candidate }) => candidate.path)).toEqual(findings.map(() => 'a.py'))
})

describe('fails this unit alone', () => {
  test.each([undefined, null, 'Looks good to me', {}, { findings: 'none' }])(
    'an answer without a list: %j',
    async (value) => {
      expect(await answering(value)).toEqual([
        { unit, source: 'model', candidates: [], failure: 'the model answered without a list of findings' },
      ])
    },
  )

  test.each([
    [
      'garbage',
      new UnusableAnswerError('garbage', 'no JSON', { text: 'LGTM', usage, model }),
      'the answer was garbage',
    ],
    [
      'truncated, and too small to be halved',
      new UnusableAnswerError('truncated', 'cut', { text: '{', usage, model }),
      'the answer was truncated',
    ],
    [
      'refused',
      new UnusableAnswerError('refused', 'no', { text: '', usage, model }),
      'the answer was refused',
    ],
    ['a question that is too long', new ContextTooLongError('128k'), 'too long for the model'],
  ])('%s', async (_what, error, failure) => {
    expect(await find(() => Promise.reject(error))).toEqual([
      { unit, source: 'model', candidates: [], failure },
    ])
  })
})

describe('an answer that was cut off', () => {
  const later = { ...entry, title: 'Loses precision' }
  const cut = (...entries: readonly unknown[]): UnusableAnswerError => {
    const text = `{"findings": [${entries.map((one) => `${JSON.stringify(one)}, `).join('')}{"start_tag": "${tag}", "titl`
    return new UnusableAnswerError('truncated', 'cut', { text, usage, model })
  }

  /** Each answer in turn: a value, or an error to throw. */
  async function findWith(answers: readonly unknown[], asked: Unit = unit) {
    const questions: Question[] = []
    const outcomes = await find((question) => {
      const next = answers[questions.length]
      questions.push(question)
      return next instanceof Error ? Promise.reject(next) : Promise.resolve(answer(next))
    }, asked)
    const titles = outcomes.map(({ candidates }) => candidates.map(({ candidate }) => candidate.title))
    return { outcomes, questions, titles, failures: outcomes.map(({ failure }) => failure) }
  }

  test('is kept as far as it came, and the rest is asked for once', async () => {
    const { outcomes, questions, titles, failures } = await findWith([cut(entry), { findings: [later] }])
    expect(titles).toEqual([['Divides by zero', 'Loses precision']])
    expect(failures).toEqual([undefined])
    const sources = outcomes.flatMap(({ candidates }) => candidates.map(({ candidate }) => candidate.source))
    expect(sources).toMatchObject([{ model }, { model: 'openai/large-2026' }])
    expect(questions).toHaveLength(2)
    expect(questions[1]?.prompt).toContain('Reported already:\n"Divides by zero"\n')
    expect(questions[1]?.prompt).toMatch(/that were not reported already\.$/)
  })

  test('twice leaves its hunks unread, and throws nothing away', async () => {
    const { questions, titles, failures } = await findWith([cut(entry), cut(later)])
    expect(titles).toEqual([['Divides by zero', 'Loses precision']])
    expect(failures).toEqual(['the answer was truncated'])
    expect(questions).toHaveLength(2)
  })

  test('also counts when nobody said that it was cut', async () => {
    const { problem: _problem, ...same } = cut(entry)
    const garbage = new UnusableAnswerError('garbage', 'no JSON', { text: same.text, usage, model })
    const { titles, failures } = await findWith([garbage, { findings: [] }])
    expect(titles).toEqual([['Divides by zero']])
    expect(failures).toEqual([undefined])
  })

  const twoHunks: Unit = (() => {
    const both = parseHunks(
      '@@ -1 +1,2 @@\n def mean(rows):\n+    return sum(rows) / len(rows)\n@@ -30 +31,2 @@\n last = 1\n+print(last)\n',
    )
    return { path: 'a.py', hunks: both, file: { ...file, hunks: both }, estimatedTokens: 1_000 }
  })()

  test.each([
    ['before its first finding', cut()],
    ['because the question was too long', new ContextTooLongError('128k')],
  ])('%s, is asked again in two halves, each with an outcome of its own', async (_why, error) => {
    const { questions, titles, failures, outcomes } = await findWith(
      [error, { findings: [entry] }, new UnusableAnswerError('refused', 'no', { text: '', usage, model })],
      twoHunks,
    )
    expect(
      questions.map(({ prompt }) => [prompt.includes('sum(rows)'), prompt.includes('print(last)')]),
    ).toEqual([
      [true, true],
      [true, false],
      [false, true],
    ])
    expect(titles).toEqual([['Divides by zero'], []])
    expect(failures).toEqual([undefined, 'the answer was refused'])
    expect(outcomes.flatMap((outcome) => outcome.unit.hunks)).toEqual(twoHunks.hunks)
  })
})

test.each([
  new RateLimitedError('wait', new Date()),
  new RetryableError('529'),
  new PermanentError('wrong key'),
  new DOMException('stopped', 'AbortError'),
])('what concerns the whole run is thrown: %s', async (error) => {
  const failing = async (): Promise<never> => {
    throw error
  }
  await expect(find(failing)).rejects.toBe(error)
})
