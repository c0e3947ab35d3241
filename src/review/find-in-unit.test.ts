import { describe, expect, test } from 'vitest'
import { PermanentError, RateLimitedError, RetryableError } from '../base/errors.ts'
import { tagLines } from '../diff/line-tags.ts'
import type { FileDiff } from '../diff/file-diff.ts'
import { parseHunks } from '../diff/parse-patch.ts'
import { ContextTooLongError } from '../llm/context-too-long-error.ts'
import type { Answer, Question } from '../llm/model.ts'
import { UnusableAnswerError } from '../llm/unusable-answer-error.ts'
import { findInUnit, type UnitOutcome } from './find-in-unit.ts'

const hunks = parseHunks('@@ -1 +1,2 @@\n def mean(rows):\n+    return sum(rows) / len(rows)\n')
const file: FileDiff = { path: 'a.py', oldPath: 'a.py', status: 'modified', binary: false, hunks }
const unit = { path: 'a.py', hunks, file, estimatedTokens: 1 }
const tag = tagLines(hunks).hunks[0]?.lines.find(({ line }) => line.kind === 'added')?.tag ?? ''
const usage = { inputTokens: 1, cachedInputTokens: 0, outputTokens: 1 }

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

async function find(ask: (question: Question) => Promise<Answer>): Promise<UnitOutcome> {
  let made = 0
  return await findInUnit(unit, ask, () => `id ${++made}`)
}

const answering = (value: unknown): Promise<UnitOutcome> =>
  find(async () => ({
    value,
    text: '',
    finishReason: 'stop',
    rawFinishReason: 'stop',
    usage,
    model: 'openai/large-2026',
    source: 'model',
  }))

test('a unit is asked once, with its own question', async () => {
  const questions: Question[] = []
  await find(async (question) => {
    questions.push(question)
    throw new UnusableAnswerError('empty', 'nothing came', { text: '', usage })
  })
  expect(questions).toHaveLength(1)
  expect(questions[0]?.prompt).toContain(`${tag}|+    return sum(rows) / len(rows)`)
})

test('a finding is named, placed, and says which model found it', async () => {
  expect(await answering({ findings: [entry] })).toEqual({
    kind: 'read',
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
  })
})

test('no finding is a good answer', async () => {
  expect(await answering({ findings: [] })).toEqual({ kind: 'read', source: 'model', candidates: [] })
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
  expect(outcome).toMatchObject({ candidates: [{ candidate: { replacement: replacement.trimEnd() } }, {}] })
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
  const outcome = await answering({ findings })
  const candidates = outcome.kind === 'read' ? outcome.candidates : []
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
      expect(await answering(value)).toEqual({
        kind: 'failed',
        reason: 'the model answered without a list of findings',
      })
    },
  )

  test.each([
    [
      'garbage',
      new UnusableAnswerError('garbage', 'no JSON', { text: 'LGTM', usage }),
      'the answer was garbage',
    ],
    [
      'truncated',
      new UnusableAnswerError('truncated', 'cut', { text: '{', usage }),
      'the answer was truncated',
    ],
    ['refused', new UnusableAnswerError('refused', 'no', { text: '', usage }), 'the answer was refused'],
    ['a question that is too long', new ContextTooLongError('128k'), 'too long for the model'],
  ])('%s', async (_what, error, reason) => {
    expect(await find(() => Promise.reject(error))).toEqual({ kind: 'failed', reason })
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
