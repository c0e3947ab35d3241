import { describe, expect, test } from 'vitest'
import { emptyReceipt } from './make-receipt.ts'
import type { FileReceipt, Receipt } from './receipt.ts'
import { count } from './count.ts'
import { checkConclusion, renderCoverage, renderReader, renderReceipt } from './render-receipt.ts'

function receipt(said: Partial<Receipt> = {}): Receipt {
  return {
    outcome: 'reviewed',
    reader: { model: 'openai/large', analysers: ['ruff', 'secrets'] },
    hunks: { read: 3, 'from-cache': 0, skipped: 0, 'over-budget': 0, failed: 0 },
    files: [{ path: 'a.py', hunks: { read: 3 } }],
    findings: { posted: 1, merged: 2, dropped: 3 },
    ...said,
  }
}

const hunks = (said: Partial<Receipt['hunks']>): Receipt['hunks'] => ({
  read: 0,
  'from-cache': 0,
  skipped: 0,
  'over-budget': 0,
  failed: 0,
  ...said,
})

test('a receipt tells who read, how much, what came of it, and by name what was not read', () => {
  const files: FileReceipt[] = [
    { path: 'a.py', hunks: { read: 3, 'from-cache': 1 } },
    { path: 'b_c.py', hunks: { failed: 2 }, reason: 'the answer was garbage' },
    { path: 'yarn.lock', hunks: { skipped: 9 }, reason: 'lock file' },
  ]
  const all = hunks({ read: 3, 'from-cache': 1, skipped: 9, 'over-budget': 4, failed: 2 })
  expect(renderReceipt(receipt({ files, hunks: all }))).toBe(
    [
      'Read by `openai/large` and the built-in analysers (ruff, secrets).',
      '',
      '| hunks | |',
      '| --- | ---: |',
      '| read | 3 |',
      '| from cache | 1 |',
      '| skipped by rule | 9 |',
      '| over budget, not read | 4 |',
      '| failed, not read | 2 |',
      '',
      'Findings: 1 posted, 2 merged into others, 3 dropped.',
      '',
      'Not read, or not by everyone:',
      '',
      '- `b_c.py`: the answer was garbage',
      '- `yarn.lock`: lock file',
    ].join('\n'),
  )
})

test('a change without text says so, and a whole one has no list', () => {
  const text = renderReceipt(receipt({ hunks: hunks({}), files: [] }))
  expect(text).toContain('The change has no text to read.')
  expect(text).not.toContain('Not read')
  expect(renderReceipt(receipt())).not.toContain('Not read')
})

describe('who read it', () => {
  test.each([
    [{ model: 'm', analysers: [] }, 'Read by `m`.'],
    [{ model: 'm', analysers: ['ruff'] }, 'Read by `m` and the built-in analysers (ruff).'],
    [{ analysers: ['ruff'] }, 'Read by the built-in analysers only (ruff): no model is configured.'],
    [{ analysers: [] }, 'Read by the built-in analysers only (none applied): no model is configured.'],
  ])('%j', (reader, expected) => {
    expect(renderReader(receipt({ reader }))).toBe(expected)
  })

  test('is nobody where the run ended without a review', () => {
    for (const outcome of ['failed', 'skipped', 'superseded'] as const) {
      expect(renderReceipt(emptyReceipt(outcome, 'why'))).toBe('The change does not count as read.')
    }
  })
})

test('files beyond the fortieth are counted', () => {
  const named = (number: number): string => {
    const files = Array.from({ length: number }, (_, index) => ({
      path: `${index}`,
      hunks: {},
      reason: 'binary',
    }))
    return renderReceipt(receipt({ files }))
  }
  expect(named(40)).not.toContain('more file')
  expect(named(41)).toMatch(/- `39`: binary\n- and 1 more file$/)
  expect(named(42)).toMatch(/\n- and 2 more files$/)
})

test('the coverage counts what could be read, and only files that had some', () => {
  const files: FileReceipt[] = [
    { path: 'a', hunks: { read: 1 } },
    { path: 'b', hunks: { 'over-budget': 1 } },
    { path: 'c', hunks: { skipped: 7 }, reason: 'lock file' },
    { path: 'd', hunks: {}, reason: 'binary' },
  ]
  const of = (said: Partial<Receipt['hunks']>): string =>
    renderCoverage(receipt({ files, hunks: hunks(said) }))
  expect(of({ read: 1, 'over-budget': 1, skipped: 7 })).toBe('read 1 of 2 hunks in 2 files')
  expect(of({ 'from-cache': 2, skipped: 7 })).toBe('read all 2 hunks in 2 files')
})

test('one is one, and none are many', () => {
  expect([0, 1, 2].map((number) => count(number, 'file'))).toEqual(['0 files', '1 file', '2 files'])
})

describe('a check is green', () => {
  test('only when a model read all that rules did not skip, and nothing is open', () => {
    expect(checkConclusion(receipt(), 0)).toBe('success')
    expect(checkConclusion(receipt({ hunks: hunks({ 'from-cache': 1, skipped: 5 }) }), 0)).toBe('success')
  })

  test.each([
    ['a finding is open', receipt(), 1],
    ['a hunk failed', receipt({ hunks: hunks({ read: 9, failed: 1 }) }), 0],
    ['a hunk was over budget', receipt({ hunks: hunks({ read: 9, 'over-budget': 1 }) }), 0],
    ['there was nothing to read', receipt({ hunks: hunks({ read: 0, skipped: 5 }) }), 0],
    ['only analysers read it', receipt({ reader: { analysers: ['ruff'] } }), 0],
  ])('but not when %s', (_what, of, open) => {
    expect(checkConclusion(of, open)).toBe('neutral')
  })

  test('nor when there was no review', () => {
    expect(checkConclusion(emptyReceipt('failed', 'x'), 0)).toBe('failure')
    expect(checkConclusion(emptyReceipt('skipped', 'x'), 0)).toBe('skipped')
    expect(checkConclusion(emptyReceipt('superseded', 'x'), 0)).toBe('skipped')
  })
})
