import { expect, test } from 'vitest'
import { z } from 'zod'
import type { Question } from '../llm/model.ts'
import { answerKey, type AskedModel } from './answer-key.ts'

const question: Question = {
  purpose: 'find',
  system: 'Find what is wrong.',
  prompt: 'File: a.ts\n+ const a = 1',
  parts: { 'the hunks': '+ const a = 1', 'the file': 'a.ts' },
  answer: {
    name: 'findings',
    description: 'The defects.',
    schema: z.object({ findings: z.array(z.string()) }),
  },
  maxOutputTokens: 8_000,
}
const asked: AskedModel = {
  provider: 'openai-compatible',
  model: 'qwen3-coder',
  baseUrl: 'http://127.0.0.1:8000/v1',
  parameters: { followsSchema: true },
}
const original = answerKey(question, asked, '77')
const { answer } = question

/** What shapes an answer, each changed as little as can be. */
const relevant: Readonly<Record<string, () => ReturnType<typeof answerKey>>> = {
  'the rules': () => answerKey({ ...question, system: 'Find what is wrong' }, asked, '77'),
  'one character of the prompt': () =>
    answerKey({ ...question, prompt: 'File: a.ts\n+ const a = 2' }, asked, '77'),
  'white space at the end of the prompt': () =>
    answerKey({ ...question, prompt: `${question.prompt}\n` }, asked, '77'),
  'a letter that looks the same in the prompt': () =>
    answerKey({ ...question, prompt: question.prompt.replace('a.ts', 'а.ts') }, asked, '77'),
  'what is a rule and what is the prompt': () =>
    answerKey(
      { ...question, system: `${question.system}${question.prompt[0]}`, prompt: question.prompt.slice(1) },
      asked,
      '77',
    ),
  'how long the answer may be': () => answerKey({ ...question, maxOutputTokens: 8_001 }, asked, '77'),
  'the name of the answer': () =>
    answerKey({ ...question, answer: { ...answer, name: 'finding' } }, asked, '77'),
  'the description of the answer': () =>
    answerKey({ ...question, answer: { ...answer, description: 'The defect.' } }, asked, '77'),
  'the form of the answer': () =>
    answerKey(
      { ...question, answer: { ...answer, schema: z.object({ findings: z.array(z.number()) }) } },
      asked,
      '77',
    ),
  'a description within the form': () =>
    answerKey(
      {
        ...question,
        answer: { ...answer, schema: z.object({ findings: z.array(z.string().describe('short')) }) },
      },
      asked,
      '77',
    ),
  'the provider': () => answerKey(question, { ...asked, provider: 'openai' }, '77'),
  'the model': () => answerKey(question, { ...asked, model: 'qwen3-coder-next' }, '77'),
  'the server of the model': () =>
    answerKey(question, { ...asked, baseUrl: 'http://127.0.0.1:8001/v1' }, '77'),
  'whether there is a server of its own': () => {
    const { baseUrl: _baseUrl, ...own } = asked
    return answerKey(question, own, '77')
  },
  'a parameter': () => answerKey(question, { ...asked, parameters: { followsSchema: false } }, '77'),
  'a further parameter': () =>
    answerKey(question, { ...asked, parameters: { followsSchema: true, temperature: 0 } }, '77'),
  'the tenant': () => answerKey(question, asked, '78'),
}

test.each(Object.keys(relevant))('the key is another one when this changes: %s', (what) => {
  expect(relevant[what]?.().key).not.toBe(original.key)
})

test('no two of these changes have one key', () => {
  const keys = Object.values(relevant).map((change) => change().key)
  expect(new Set([original.key, ...keys]).size).toBe(keys.length + 1)
})

test('the key is the same when only this changes: what the question is for, and what its parts are called', () => {
  expect(answerKey({ ...question, purpose: 'verify' }, asked, '77').key).toBe(original.key)
  const { parts: _parts, ...unnamed } = question
  expect(answerKey(unnamed, asked, '77').key).toBe(original.key)
  const reordered = {
    parameters: asked.parameters,
    baseUrl: asked.baseUrl ?? '',
    model: asked.model,
    provider: asked.provider,
  }
  expect(answerKey(question, reordered, '77').key).toBe(original.key)
})

test('a key is a whole SHA-256, and the same in every process and release', () => {
  // A change of this value throws away every cache there is. That is right when prompts or forms changed, and else a mistake.
  expect(original.key).toMatch(/^[0-9a-f]{64}$/)
  expect(original.key).toBe(answerKey({ ...question }, { ...asked }, '77').key)
})

test('the parts tell what changed, and not what stands there', () => {
  const changed = answerKey(
    {
      ...question,
      prompt: 'File: a.ts\n+ const a = 2',
      parts: { ...question.parts, 'the hunks': '+ const a = 2' },
    },
    { ...asked, model: 'other' },
    '77',
  )
  const names = Object.keys(original.parts).filter((name) => original.parts[name] !== changed.parts[name])
  expect(names).toEqual(['model', 'prompt', 'prompt: the hunks'])
  expect(JSON.stringify(original)).not.toContain('const')
})
