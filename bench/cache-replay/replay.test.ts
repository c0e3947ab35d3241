import { expect, test } from 'vitest'
import type { ModelCall } from '../../src/review/model-call.ts'
import type { PushedState } from './push-history.ts'
import { replayFigures } from './replay-figures.ts'
import { standInChange } from './stand-in.ts'
import { whyMissed } from './why-missed.ts'

function call(
  changes: Partial<ModelCall> & { readonly hunks?: string; readonly context?: string },
): ModelCall {
  const { hunks = 'h', context = 'c', ...others } = changes
  return {
    purpose: 'find',
    unit: 'a.ts',
    model: 'm',
    usage: { inputTokens: 90, cachedInputTokens: 0, outputTokens: 10 },
    source: 'model',
    cache: { lookup: 'miss', key: '', parts: { 'prompt: hunks': hunks, 'prompt: context': context } },
    latencyMs: 1,
    outcome: 'answered',
    detail: 'stop',
    ...others,
  }
}

test.each([
  ['a file that is new to the pull request', call({}), [call({ unit: 'b.ts' })]],
  ['its hunks changed', call({ hunks: 'other' }), [call({})]],
  ['its context changed', call({ context: 'other' }), [call({})]],
  // Two units of a file: the one most like it is the one to compare with.
  ['its context changed', call({ context: 'other' }), [call({ hunks: 'x', context: 'y' }), call({})]],
  ['other claims to verify', call({ purpose: 'verify' }), [call({})]],
  ['other claims to compare', call({ purpose: 'compare', unit: '(all claims)' }), [call({})]],
  ['something else', call({}), [call({})]],
] as const)('paid because of %s', (reason, missed, before) => {
  expect(whyMissed(missed, before)).toBe(reason)
})

test('what is saved counts in calls, tokens and money; what is paid has a reason', () => {
  const pushes = [{ calls: [call({ source: 'cache' }), call({ hunks: 'new' })], before: [call({})] }]
  const figures = replayFigures(pushes, ({ inputTokens, outputTokens }) => inputTokens + 5 * outputTokens)
  expect(figures).toEqual({
    pushes: 1,
    calls: { asked: 2, known: 1, share: 0.5 },
    tokens: { asked: 200, known: 100, share: 0.5 },
    microDollars: { asked: 280, saved: 140, share: 0.5 },
    misses: { 'its hunks changed': { calls: 1, tokens: 100 } },
  })
})

test('a stand-in has the recorded sizes, and the same text for the same hunks alone', () => {
  const state = (hunks: string): PushedState => ({
    repo: 'octo/shop',
    pr: 1,
    title: '',
    push: 1,
    base_sha: '',
    head_sha: '',
    files: [{ path: 'a.ts', status: 'M', added: 3, removed: 2, hunks_sha256: hunks.repeat(64) }],
  })
  const textOf = (hunks: string): string[] =>
    standInChange(state(hunks)).files.flatMap(({ diff }) =>
      diff.hunks.flatMap(({ lines }) => lines.map(({ kind, text }) => `${kind} ${text}`)),
    )
  expect(textOf('a')).toEqual(textOf('a'))
  expect(textOf('a')).toHaveLength(5)
  expect(textOf('a').filter((line) => textOf('b').includes(line))).toEqual([])
})
