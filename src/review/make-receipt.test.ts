import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { FileDiff } from '../diff/file-diff.ts'
import { parseHunks } from '../diff/parse-patch.ts'
import { sliceHunk } from '../diff/slice-hunk.ts'
import type { Finding } from './finding.ts'
import { emptyReceipt, makeReceipt, type Reading, type ReadUnit } from './make-receipt.ts'
import { isWhole, type HunkOutcome, type Receipt } from './receipt.ts'
import type { SelectedFile, Selection } from './select.ts'

const review: Selection = { kind: 'review' }
const lockFile: Selection = { kind: 'skip', reason: 'lock file' }

/** A file with so many hunks of one line each. */
function file(path: string, hunks: number, selection = review): SelectedFile {
  const patch = Array.from({ length: hunks }, (_, index) => `@@ -${index * 9},0 +${index * 10 + 1} @@\n+x\n`)
  const diff: FileDiff = {
    path,
    oldPath: path,
    status: 'modified',
    binary: false,
    hunks: parseHunks(patch.join('')),
  }
  return { file: { diff, content: 'x\n' }, selection }
}

/** Units of a file with so many hunks each, and what became of them. */
function units(
  { file: { diff } }: SelectedFile,
  ...parts: readonly (readonly [ReadUnit['outcome'], number, string?])[]
): ReadUnit[] {
  let next = 0
  return parts.map(([outcome, count, reason]) => {
    const hunks = diff.hunks.slice(next, (next += count))
    const unit = { path: diff.path, file: diff, hunks, estimatedTokens: 1 }
    return { unit, outcome, ...(reason !== undefined && { reason }) }
  })
}

function reading(said: Partial<Reading>): Reading {
  return {
    files: [],
    complete: true,
    units: [],
    analysers: { candidates: [], readBy: new Map(), failures: new Map() },
    linters: [{ name: 'ruff', covers: (path) => path.endsWith('.py') }],
    findings: [],
    ...said,
  }
}

function analysed(
  readBy: Record<string, string[]>,
  failures: Record<string, string> = {},
): Reading['analysers'] {
  return {
    candidates: [],
    readBy: new Map(Object.entries(readBy)),
    failures: new Map(Object.entries(failures)),
  }
}

const model = 'openai/large'

describe('with a model', () => {
  test('a file is read as far as its units were, and tells why the rest was not', () => {
    const [whole, half] = [file('a.py', 3), file('b.py', 4)]
    const receipt = makeReceipt(
      reading({
        model,
        files: [whole, half, file('yarn.lock', 2, lockFile)],
        units: [
          ...units(
            half,
            ['read', 1],
            ['failed', 2, 'the answer was garbage'],
            ['over-budget', 1, 'over the budget'],
          ),
          ...units(whole, ['read', 2], ['from-cache', 1]),
        ],
      }),
    )
    expect(receipt).toEqual({
      outcome: 'reviewed',
      reader: { model, analysers: [] },
      hunks: { read: 3, 'from-cache': 1, skipped: 2, 'over-budget': 1, failed: 2 },
      files: [
        { path: 'a.py', hunks: { read: 2, 'from-cache': 1 } },
        {
          path: 'b.py',
          hunks: { read: 1, failed: 2, 'over-budget': 1 },
          reason: 'the answer was garbage; over the budget',
        },
        { path: 'yarn.lock', hunks: { skipped: 2 }, reason: 'lock file' },
      ],
      findings: { posted: 0, merged: 0, dropped: 0 },
    })
  })

  test('a hunk in parts is read when all of them are; what nobody asked about is not', () => {
    const long = file('a.py', 0)
    const hunks = parseHunks('@@ -0,0 +1,3 @@\n+a\n+b\n+c\n')
    const [hunk] = hunks
    if (!hunk) throw new Error('the patch has a hunk')
    const diff = { ...long.file.diff, hunks }
    const part = (start: number, end: number, outcome: ReadUnit['outcome']): ReadUnit => ({
      unit: { path: 'a.py', file: diff, hunks: [sliceHunk(hunk, start, end)], estimatedTokens: 1 },
      outcome,
    })
    const outcomeOf = (...units: readonly ReadUnit[]): Receipt['files'][number]['hunks'] | undefined =>
      makeReceipt(reading({ model, files: [{ ...long, file: { diff } }], units })).files[0]?.hunks
    expect(outcomeOf(part(0, 2, 'from-cache'), part(2, 3, 'from-cache'))).toEqual({ 'from-cache': 1 })
    expect(outcomeOf(part(0, 2, 'from-cache'), part(2, 3, 'read'))).toEqual({ read: 1 })
    expect(outcomeOf(part(0, 2, 'over-budget'), part(2, 3, 'read'))).toEqual({ 'over-budget': 1 })
    expect(outcomeOf(part(0, 2, 'over-budget'), part(2, 3, 'failed'))).toEqual({ failed: 1 })
    expect(outcomeOf(part(0, 2, 'read'))).toEqual({ failed: 1 })
  })

  test('a file says every reason once', () => {
    const one = file('a.py', 3)
    const { files } = makeReceipt(
      reading({
        model,
        files: [one],
        units: units(one, ['over-budget', 1, 'too long'], ['failed', 1, 'garbage'], ['failed', 1, 'garbage']),
        analysers: analysed({}, { 'a.py': 'ruff: too deeply nested' }),
      }),
    )
    expect(files[0]?.reason).toBe('too long; garbage; ruff: too deeply nested')
  })

  test('a file that an analyser could not read is read, and says so', () => {
    const one = file('a.py', 1)
    const { files, hunks } = makeReceipt(
      reading({
        model,
        files: [one],
        units: units(one, ['read', 1]),
        analysers: analysed({}, { 'a.py': 'ruff: too deeply nested' }),
      }),
    )
    expect(files).toEqual([{ path: 'a.py', hunks: { read: 1 }, reason: 'ruff: too deeply nested' }])
    expect(hunks.read).toBe(1)
  })
})

describe('without a model', () => {
  test.each([
    ['a linter read is read', analysed({ 'a.py': ['ruff'] }), { read: 2 }, undefined],
    [
      'a linter read, but a scanner did not, is read, and says so',
      analysed({ 'a.py': ['ruff'] }, { 'a.py': 'secrets: too slow' }),
      { read: 2 },
      'secrets: too slow',
    ],
    [
      'only a scanner looked at is not read',
      analysed({ 'a.py': ['secrets'] }),
      { failed: 2 },
      'no built-in analyser read it, and no model is configured',
    ],
    [
      'its linter failed on is failed, although a scanner looked at it',
      analysed({ 'a.py': ['secrets'] }, { 'a.py': 'ruff: too slow' }),
      { failed: 2 },
      'ruff: too slow',
    ],
  ])('a file that %s', (_what, analysers, hunks, reason) => {
    const receipt = makeReceipt(reading({ files: [file('a.py', 2)], analysers }))
    expect(receipt.files).toEqual([{ path: 'a.py', hunks, ...(reason !== undefined && { reason }) }])
    expect(receipt.reader).not.toHaveProperty('model')
  })

  test('a file that no linter knows is skipped, whoever looked for one thing in it', () => {
    const receipt = makeReceipt(
      reading({ files: [file('a.go', 2)], analysers: analysed({ 'a.go': ['secrets'] }) }),
    )
    const reason = 'no built-in analyser reads it, and no model is configured'
    expect(receipt.files).toEqual([{ path: 'a.go', hunks: { skipped: 2 }, reason }])
  })

  test('a file whose content nobody knows is failed: analysers read whole files', () => {
    const { file: whole, selection } = file('a.py', 2)
    const receipt = makeReceipt(reading({ files: [{ file: { diff: whole.diff }, selection }] }))
    expect(receipt.files).toEqual([
      {
        path: 'a.py',
        hunks: { failed: 2 },
        reason: 'its whole content is not known, and no model is configured',
      },
    ])
  })

  test('a file whose content is no text says so', () => {
    const { file: whole, selection } = file('latin.py', 2)
    const latin = { diff: whole.diff, noContent: 'it is not UTF-8 text' }
    expect(makeReceipt(reading({ files: [{ file: latin, selection }] })).files).toEqual([
      {
        path: 'latin.py',
        hunks: { failed: 2 },
        reason: 'it is not UTF-8 text, and no model is configured',
      },
    ])
  })

  test('all analysers that looked at anything are named once, in order', () => {
    const analysers = analysed({ 'a.py': ['secrets', 'ruff'], 'b.ts': ['secrets', 'oxlint'] })
    expect(makeReceipt(reading({ analysers })).reader).toEqual({ analysers: ['oxlint', 'ruff', 'secrets'] })
  })
})

test('a file without hunks tells why there was nothing to read, and counts nothing', () => {
  const receipt = makeReceipt(
    reading({ model, files: [file('logo.png', 0, { kind: 'skip', reason: 'binary' })] }),
  )
  expect(receipt.files).toEqual([{ path: 'logo.png', hunks: {}, reason: 'binary' }])
  expect(isWhole(receipt)).toBe(true)
})

test('a file whose diff could not be had counts as one failed hunk at least', () => {
  const receipt = makeReceipt(
    reading({ model, files: [file('a.py', 0, { kind: 'failed', reason: 'GitHub withholds it' })] }),
  )
  expect(receipt.hunks.failed).toBe(1)
  expect(isWhole(receipt)).toBe(false)
})

test('a list of files that ended early is never whole', () => {
  const receipt = makeReceipt(reading({ model, complete: false }))
  expect(receipt.files).toEqual([
    {
      path: '(further files)',
      hunks: { failed: 1 },
      reason: 'GitHub does not list all files of a change this large',
    },
  ])
  expect(isWhole(receipt)).toBe(false)
})

test('findings are counted by what became of them', () => {
  const verdicts: Finding['verdict'][] = [
    { kind: 'posted', place: 'inline' },
    { kind: 'posted', place: 'summary' },
    { kind: 'merged', into: 'a' },
    { kind: 'dropped', reason: 'below-threshold', detail: '' },
    { kind: 'dropped', reason: 'already-said', detail: '' },
    { kind: 'dropped', reason: 'unreadable', detail: '' },
  ]
  // Only their verdicts are looked at.
  const findings = verdicts.map((verdict) => ({ verdict }) as Finding)
  expect(makeReceipt(reading({ findings })).findings).toEqual({ posted: 2, merged: 1, dropped: 3 })
})

test.each(['skipped', 'failed', 'superseded'] as const)('a run that ended as %s read nothing', (outcome) => {
  const receipt = emptyReceipt(outcome, 'why')
  expect(receipt).toMatchObject({ outcome, reason: 'why', files: [] })
  expect(Object.values(receipt.hunks)).toEqual([0, 0, 0, 0, 0])
  expect(isWhole(receipt)).toBe(false)
})

/** A file as it is drawn: how it was selected, its units, and who of the analysers looked at it. */
interface DrawnFile {
  readonly selection: Selection
  readonly parts: readonly (readonly [ReadUnit['outcome'], number])[]
  readonly who: 'ruff' | 'secrets' | 'nobody' | 'failure'
}

const drawnFile: fc.Arbitrary<DrawnFile> = fc.record({
  selection: fc.constantFrom<Selection>(review, review, review, lockFile, {
    kind: 'failed',
    reason: 'withheld',
  }),
  parts: fc.array(
    fc.tuple(
      fc.constantFrom<ReadUnit['outcome']>('read', 'read', 'read', 'over-budget', 'failed'),
      fc.integer({ min: 1, max: 3 }),
    ),
    { minLength: 1, maxLength: 4 },
  ),
  who: fc.constantFrom('ruff', 'secrets', 'nobody', 'failure'),
})

function drawnReading(drawn: readonly DrawnFile[], withModel: boolean, complete: boolean): Reading {
  // The linter of these readings knows Python alone: what it looks at is Python.
  const pathOf = (index: number, who: DrawnFile['who']): string =>
    `${index}.${who === 'ruff' || who === 'failure' ? 'py' : 'go'}`
  const files = drawn.map(({ selection, parts, who }, index) => {
    const hunks = parts.reduce((sum, [, count]) => sum + count, 0)
    return file(pathOf(index, who), hunks, selection)
  })
  const asked: ReadUnit[] = []
  const readBy: Record<string, string[]> = {}
  const failures: Record<string, string> = {}
  for (const [index, { selection, parts, who }] of drawn.entries()) {
    const selected = files[index]
    if (!selected || selection.kind !== 'review') continue
    asked.push(...units(selected, ...parts.map(([outcome, count]) => [outcome, count, outcome] as const)))
    if (who === 'failure') failures[pathOf(index, who)] = 'ruff: too slow'
    else if (who !== 'nobody') readBy[pathOf(index, who)] = [who]
  }
  const analysers = analysed(readBy, failures)
  return reading({ files, complete, analysers, ...(withModel && { model, units: asked }) })
}

describe('whatever was read', () => {
  const sum = (hunks: Partial<Record<HunkOutcome, number>>): number =>
    Object.values(hunks).reduce((total, count) => total + count, 0)
  const everything = (check: (reading: Reading, receipt: Receipt) => void): void =>
    fc.assert(
      fc.property(
        fc.array(drawnFile, { maxLength: 8 }),
        fc.boolean(),
        fc.boolean(),
        (drawn, withModel, complete) => {
          const random = drawnReading(drawn, withModel, complete)
          check(random, makeReceipt(random))
        },
      ),
    )

  test('every hunk of the change is counted once, in its file and in the sum', () => {
    everything(({ files, complete }, receipt) => {
      const listed = receipt.files.slice(0, files.length)
      expect(listed.map(({ path, hunks }) => [path, sum(hunks)])).toEqual(
        files.map(({ file: { diff } }) => [diff.path, diff.hunks.length]),
      )
      const hunks = files.reduce((total, { file: { diff } }) => total + diff.hunks.length, 0)
      expect(sum(receipt.hunks)).toBe(hunks + (complete ? 0 : 1))
    })
  })

  test('it is whole only when nothing failed, nothing was over budget, and all files were listed', () => {
    everything((reading, receipt) => {
      const { files, units, complete, analysers } = reading
      const isUnread =
        !complete ||
        files.some(({ selection }) => selection.kind === 'failed') ||
        units.some(({ outcome }) => outcome !== 'read') ||
        (reading.model === undefined && analysers.failures.size > 0)
      expect(isWhole(receipt)).toBe(!isUnread)
    })
  })

  test('every file with hunks that were not read says why', () => {
    everything((_reading, receipt) => {
      const silent = receipt.files.filter(
        ({ hunks, reason }) => reason === undefined && sum(hunks) > (hunks.read ?? 0),
      )
      expect(silent).toEqual([])
    })
  })
})
