import { expect, test } from 'vitest'
import { PermanentError } from '../base/errors.ts'
import { parseModelId } from './parse-model-id.ts'

test.each([
  ['openai/gpt-5.2', { provider: 'openai', model: 'gpt-5.2' }],
  ['anthropic/claude-sonnet-4-5', { provider: 'anthropic', model: 'claude-sonnet-4-5' }],
  ['openai-compatible/qwen3', { provider: 'openai-compatible', model: 'qwen3' }],
  [
    ' openai-compatible/hf.co/qwen/qwen3:8b\n',
    { provider: 'openai-compatible', model: 'hf.co/qwen/qwen3:8b' },
  ],
])('%j names a model', (text, id) => {
  expect(parseModelId(text)).toEqual(id)
})

test.each([
  '',
  '/',
  'gpt-5.2',
  'openai/',
  '/gpt-5.2',
  'OpenAI/gpt-5.2',
  'mistral/large',
  'openai/gpt 5',
  'openai/\0',
])('%j names none, and the error says how to write it', (text) => {
  expect(() => parseModelId(text)).toThrow(PermanentError)
  expect(() => parseModelId(text)).toThrow(/write provider\/model, such as openai\/gpt-5\.6/)
})

test('a text of any length makes a short error', () => {
  expect(() => parseModelId('x'.repeat(1_000_000))).toThrow(/^.{1,400}$/)
})
