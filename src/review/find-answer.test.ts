import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readFindAnswer } from './find-answer.ts'

const entry = {
  start_tag: 'k3f9',
  end_tag: 'k3fa',
  severity: 'high',
  category: 'bug',
  title: 'Divides by zero',
  failure: 'An empty list → ZeroDivisionError',
  evidence: 'total / len(rows)',
  replacement: null,
  confidence: 0.9,
}

test('an answer in the asked form is read as it stands', () => {
  expect(readFindAnswer({ findings: [entry] })).toEqual([
    {
      kind: 'cited',
      finding: {
        startTag: 'k3f9',
        endTag: 'k3fa',
        severity: 'high',
        category: 'bug',
        title: 'Divides by zero',
        explanation: 'An empty list → ZeroDivisionError',
        evidence: 'total / len(rows)',
        confidence: 0.9,
      },
    },
  ])
})

test('an empty list means that nothing was found', () => {
  expect(readFindAnswer({ findings: [] })).toEqual([])
})

test.each([undefined, null, 'No problems', 42, {}, { findings: null }, { findings: {} }, { issues: [] }])(
  'an answer without a list of findings (%j) is no answer, not "no findings"',
  (value) => {
    expect(readFindAnswer(value)).toBeUndefined()
  },
)

test.each([
  ['a bare list', [entry], 'k3f9'],
  ['tags in brackets', { findings: [{ ...entry, start_tag: '[K3F9]|' }] }, 'k3f9'],
  ['numbers as text', { findings: [{ ...entry, confidence: '0.9' }] }, 'k3f9'],
  ['words in capitals', { findings: [{ ...entry, severity: 'HIGH', category: 'Bug' }] }, 'k3f9'],
  ['extra fields', { findings: [{ ...entry, note: 'x' }], thoughts: '…' }, 'k3f9'],
  ['an unknown category', { findings: [{ ...entry, category: 'logic' }] }, 'k3f9'],
  ['no end tag', { findings: [{ ...entry, end_tag: undefined }] }, 'k3f9'],
])('%s does no harm', (_form, value, startTag) => {
  expect(readFindAnswer(value)).toMatchObject([{ kind: 'cited', finding: { startTag } }])
})

test.each([
  ['no tag', { ...entry, start_tag: undefined }, 'start_tag'],
  ['an unknown severity', { ...entry, severity: 'blocker' }, 'severity'],
  ['an empty title', { ...entry, title: ' ' }, 'title'],
  ['text in place of a finding', 'looks good', 'entry'],
])('an entry with %s is counted as unreadable, with the field at fault', (_fault, bad, field) => {
  expect(readFindAnswer({ findings: [bad, entry] })).toMatchObject([
    { kind: 'unreadable', problem: expect.stringContaining(field) as string },
    { kind: 'cited' },
  ])
})

test('whatever a model answers, each entry comes back exactly once', () => {
  const anything = fc.oneof(fc.anything(), fc.record({ start_tag: fc.anything(), severity: fc.anything() }))
  fc.assert(
    fc.property(fc.array(anything, { maxLength: 150 }), (entries) => {
      expect(readFindAnswer({ findings: entries })).toHaveLength(entries.length)
    }),
  )
})
