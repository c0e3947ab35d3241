import { expect, test } from 'vitest'
import { describeGuidelines, noteMistakes } from './describe-guidelines.ts'

const source = '.lorgnette.yml'

test('each file that is there is named, with what was read and what was ignored', () => {
  expect(
    describeGuidelines({
      guidelines: [
        { source, text: 'One.' },
        { source, text: 'Two.', paths: ['a'] },
        { source: 'AGENTS.md', text: 'Prose.' },
      ],
      ignoredGuidelines: [
        { source, reason: 'instruction 3: `text` is empty' },
        { source: 'CLAUDE.md', reason: 'it says the same as AGENTS.md' },
      ],
    }),
  ).toEqual({
    '.lorgnette.yml': 'read, 2 instructions; ignored: instruction 3: `text` is empty',
    'AGENTS.md': 'read',
    'CLAUDE.md': 'ignored: it says the same as AGENTS.md',
  })
})

test('many problems of a file are counted', () => {
  const ignoredGuidelines = Array.from({ length: 7 }, (_, index) => ({ source, reason: `problem ${index}` }))
  expect(describeGuidelines({ ignoredGuidelines })).toEqual({
    [source]: 'ignored: problem 0, problem 1, problem 2, problem 3, problem 4, and 2 more',
  })
})

test('where there are no files there is nothing to tell', () => {
  expect(describeGuidelines({})).toBeUndefined()
  expect(describeGuidelines({ guidelines: [], ignoredGuidelines: [] })).toBeUndefined()
})

test('mistakes in the settings of the repository make one sentence, for whoever reads the review', () => {
  const unknown = { source, reason: '`instruction` is not known here, only `instructions`' }
  const others = { source: 'CLAUDE.md', reason: 'it says the same as AGENTS.md' }
  expect(noteMistakes({ ignoredGuidelines: [unknown, others, { source, reason: 'and more' }] })).toEqual([
    'Ignored in `.lorgnette.yml`: `instruction` is not known here, only `instructions`, and more.',
  ])
  expect(noteMistakes({ ignoredGuidelines: [others] })).toEqual([])
  expect(noteMistakes({})).toEqual([])
})
