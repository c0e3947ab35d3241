import { expect, test } from 'vitest'
import { commitId, repositoryName } from '../github/github.ts'
import type { RunId, RunState } from '../review/run.ts'
import { adviseOn } from './advise.ts'
import type { LetterRun } from './dead-letters.ts'

const id = 'run' as RunId // any text will do for a test
const run = (state: RunState): LetterRun => ({
  id,
  repository: repositoryName.parse('octo/hello'),
  pullRequest: 1,
  head: commitId.parse('1'.repeat(40)),
  title: 'Say hello',
  state,
  reason: '',
})
const letter = { kind: 'review', reason: 'gave up after 4 attempts: the model is away' }

test('a failed run is to be replayed once its cause is mended', () => {
  expect(adviseOn(letter, id, run('failed'))).toMatch(/^Mend the cause, then replay it/)
})

test('a run whose worker died each time points at the process', () => {
  const died = { kind: 'review', reason: 'attempt 4 never ended: its worker died or lost it' }
  expect(adviseOn(died, id, run('failed'))).toMatch(/look for what ended the process/)
})

test.each(['completed', 'skipped', 'superseded'] as const)('a run that is %s since owes nothing', (state) => {
  expect(adviseOn(letter, id, run(state))).toBe(`Its run is ${state} since, so nothing is owed: discard it.`)
})

test.each(['queued', 'running', 'posting'] as const)('a run that is %s has not ended', (state) => {
  expect(adviseOn(letter, id, run(state))).toMatch(/^Its run has not ended/)
})

test('without a run there is nothing to do, and without a payload no way to do it', () => {
  expect(adviseOn(letter, id, undefined)).toMatch(/discard it\.$/)
  expect(adviseOn(letter, undefined, undefined)).toMatch(/cannot be read.*discard it\.$/)
})

test('an unknown kind of job is for another version of the program', () => {
  expect(adviseOn({ kind: 'digest', reason: '' }, undefined, undefined)).toMatch(/same version/)
})
