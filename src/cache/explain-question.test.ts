import { expect, test } from 'vitest'
import type { CacheNote } from '../llm/model.ts'
import type { AskedBefore, AskedInRun } from './cache-record.ts'
import { explainQuestion } from './explain-question.ts'

const parts = { version: '1', tenant: 't', model: 'm', parameters: 'p', rules: 'r', form: 'f', prompt: 'all' }

let made = 0
function asked(
  key: string,
  said: Partial<CacheNote['parts']> = {},
  rest: Partial<AskedBefore> = {},
): AskedBefore {
  made += 1
  const all = { ...parts, ...said } as CacheNote['parts'] // the parts that a test leaves out are those above
  return {
    id: made,
    runId: `run ${made}`,
    purpose: 'find',
    unit: 'a.ts',
    source: 'model',
    outcome: 'answered',
    cache: { lookup: 'miss', key, parts: all },
    at: new Date(made),
    ...rest,
  }
}
const after = (now: AskedBefore, ...earlier: readonly AskedBefore[]): AskedInRun => ({
  ...now,
  earlier: earlier.toReversed(),
})

test('what nobody asked before is the first question', () => {
  expect(explainQuestion(after(asked('k')))).toEqual({ kind: 'first' })
})

test('what was saved names the question that was paid, not one that was saved itself', () => {
  const paid = asked('k')
  const saved = asked('k', {}, { source: 'cache' })
  expect(explainQuestion(after(asked('k', {}, { source: 'cache' }), paid, saved))).toEqual({
    kind: 'saved',
    paidBy: paid,
  })
  expect(explainQuestion(after(asked('k', {}, { source: 'cache' })))).toEqual({ kind: 'saved' })
})

test('what changed is said in words, and the prompt as a whole only when none of its parts did', () => {
  const before = asked('k', { 'prompt: hunks': 'h', 'prompt: context': 'c' })
  const explain = (said: Partial<CacheNote['parts']>): unknown =>
    explainQuestion(after(asked('other', { 'prompt: hunks': 'h', 'prompt: context': 'c', ...said }), before))
  const changed = (...words: readonly string[]): unknown => ({ kind: 'changed', since: before, parts: words })
  expect(explain({ prompt: 'x', 'prompt: hunks': 'x' })).toEqual(changed('the hunks'))
  expect(explain({ prompt: 'x', 'prompt: context': 'x' })).toEqual(changed('the context'))
  expect(explain({ prompt: 'x' })).toEqual(changed('the words around the unit (another release)'))
  expect(explain({ model: 'x' })).toEqual(changed('the model, or its server'))
  expect(explain({ model: 'x', rules: 'x' })).toEqual(
    changed('the model, or its server', 'the rules (another release)'),
  )
})

test('a part that was not there before has changed', () => {
  const before = asked('k')
  expect(explainQuestion(after(asked('other', { prompt: 'x', 'prompt: callers': 'c' }), before))).toEqual({
    kind: 'changed',
    since: before,
    parts: ['the callers'],
  })
})

test('of several earlier questions the one that differs least is compared, and of those the newest', () => {
  const far = asked('1', { prompt: 'x', model: 'x' })
  const near = asked('2', { model: 'y' })
  const nearer = asked('3', { rules: 'y' })
  const farAgain = asked('4', { prompt: 'z', model: 'z' })
  expect(explainQuestion(after(asked('now'), far, near, nearer, farAgain))).toMatchObject({
    kind: 'changed',
    since: nearer,
  })
})

test('the same question that was paid again had lost its answer', () => {
  const before = asked('k')
  expect(explainQuestion(after(asked('k'), before, asked('other', { rules: 'x' })))).toEqual({
    kind: 'gone',
    since: before,
  })
})

test('a cache that failed, or held something unreadable, is said to', () => {
  const note = (lookup: CacheNote['lookup']): Partial<AskedBefore> => ({ cache: { lookup, key: 'k', parts } })
  expect(explainQuestion(after(asked('k', {}, note('error')), asked('k')))).toEqual({ kind: 'cache-away' })
  expect(explainQuestion(after(asked('k', {}, note('bad-entry')), asked('k')))).toEqual({
    kind: 'unreadable',
  })
  const { cache: _cache, ...unnoted } = asked('k')
  expect(explainQuestion(after(unnoted))).toEqual({ kind: 'unknown' })
})
