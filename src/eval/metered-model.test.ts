import { expect, test } from 'vitest'
import type { Question } from '../llm/model.ts'
import { UnusableAnswerError } from '../llm/unusable-answer-error.ts'
import { findQuestion } from '../review/find-question.ts'
import { parsePatch } from '../diff/parse-patch.ts'
import { tagLines } from '../diff/line-tags.ts'
import { meteredModel } from './metered-model.ts'

const usage = { inputTokens: 7, cachedInputTokens: 0, outputTokens: 3 }
const never = new AbortController().signal

function question(): Question {
  const [file] = parsePatch('diff --git a/a.py b/a.py\n--- a/a.py\n+++ b/a.py\n@@ -1 +1 @@\n-x\n+y\n')
  if (!file) throw new Error('the patch has a file')
  return findQuestion({ path: file.path, hunks: file.hunks, file, estimatedTokens: 9 }, tagLines(file.hunks))
}

test('what stands whole in an answer that was cut off counts, for the engine keeps it', async () => {
  const text = '{"findings": [{"title": "one"}, {"title": "two"}, {"title": "th'
  const { model, meters } = meteredModel({
    id: 'openai/large',
    ask: () =>
      Promise.reject(new UnusableAnswerError('truncated', 'cut', { text, usage, model: 'openai/large' })),
  })
  await expect(model.ask(question(), never)).rejects.toThrow('cut')
  expect(meters.find).toMatchObject({ questions: 1, entries: 2, usage })
})

test('what other models were paid before counts, too', async () => {
  const paid = { model: 'openai/small', usage }
  const { model, meters } = meteredModel({
    id: 'openai/small',
    ask: () =>
      Promise.resolve({
        value: { findings: [] },
        text: '{"findings": []}',
        finishReason: 'stop',
        rawFinishReason: 'stop',
        usage,
        model: 'openai/large',
        source: 'model',
        paidInVain: [paid],
      }),
  })
  await model.ask(question(), never)
  expect(meters.find).toMatchObject({ questions: 1, usage: { inputTokens: 14, outputTokens: 6 } })
})
