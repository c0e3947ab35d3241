import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { completeEntries } from './complete-entries.ts'

const entries = [{ title: 'a } and a ] and a "' }, { title: '\\', list: [1, { b: [] }] }, { title: 'é' }]

describe('of a list that was cut off', () => {
  test('the entries before the cut are there, wherever it was cut', () => {
    const whole = JSON.stringify({ findings: entries })
    for (let length = 0; length <= whole.length; length++) {
      const read = completeEntries(whole.slice(0, length))
      expect(read).toEqual(entries.slice(0, read.length))
    }
    expect(completeEntries(whole.slice(0, -3))).toEqual(entries.slice(0, 2))
    expect(completeEntries(whole)).toEqual(entries)
  })

  test.each([
    ['white space', `{ "findings" : [\n  {"a": 1} ,\n\n {"a": 2}\n`],
    ['a fence and prose before it', `Here you are:\n\`\`\`json\n{"findings": [{"a": 1}, {"a": 2}, {"a":`],
    ['a bare list', `[{"a": 1}, {"a": 2}`],
  ])('%s does not matter', (_what, text) => {
    expect(completeEntries(text)).toEqual([{ a: 1 }, { a: 2 }])
  })
})

test.each([
  '',
  'Looks good to me.',
  '{"findings": "none"',
  '{"a": 1}',
  '{"findings": [',
  '{"findings": [1, 2',
])('there are none in %j', (text) => {
  expect(completeEntries(text)).toEqual([])
})

test('no text breaks it, and what it reads are objects', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const read = completeEntries(`{"findings": [${text}`)
      expect(read.every((entry) => typeof entry === 'object' && entry !== null)).toBe(true)
    }),
  )
})
