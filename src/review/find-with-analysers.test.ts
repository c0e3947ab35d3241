import { expect, test } from 'vitest'
import type { AnalysedFile, Analyser, AnalyserFinding, Analysis } from '../analysis/analyser.ts'
import { parseHunks } from '../diff/parse-patch.ts'
import type { ChangedText } from './change.ts'
import { findWithAnalysers, type AnalysersOutcome } from './find-with-analysers.ts'

/** A modified file whose lines 2 and 3 are shown, the latter as new. */
function file(path: string, content: string | undefined = 'one\ntwo\nthree\n'): ChangedText {
  const hunks = parseHunks('@@ -2 +2,2 @@\n two\n+three\n')
  const diff = { path, oldPath: path, status: 'modified', binary: false, hunks } as const
  return content === undefined ? { diff } : { diff, content }
}

const finding = (path: string, line: number): AnalyserFinding => ({
  path,
  anchor: { side: 'RIGHT', startLine: line, endLine: line },
  rule: 'F821',
  severity: 'high',
  category: 'bug',
  title: 'Undefined name',
  explanation: 'The name is not defined.',
})

/** An analyser of files with these endings, which says what it is told to say. */
function analyser(
  name: string,
  ending: string,
  analyse: (files: readonly AnalysedFile[]) => Analysis | Promise<Analysis>,
): Analyser {
  return {
    name,
    kind: 'linter',
    covers: (path) => path.endsWith(ending),
    analyse: async (files) => await analyse(files),
  }
}

const silent: Analysis = { findings: [], unread: [] }
const never = new AbortController().signal

function find(analysers: readonly Analyser[], files: readonly ChangedText[]): Promise<AnalysersOutcome> {
  let made = 0
  return findWithAnalysers(
    analysers,
    files,
    (text) => text,
    () => `id ${++made}`,
    never,
  )
}

test('every analyser gets the files that it covers and whose content is known, and no others', async () => {
  const seen: string[][] = []
  const ruff = analyser('ruff', '.py', (files) => {
    seen.push(files.map(({ diff }) => diff.path))
    return silent
  })
  const { diff } = file('unknown.py')
  const { readBy } = await find([ruff], [file('a.py'), file('b.ts'), { diff }, file('empty.py', '')])
  expect(seen).toEqual([['a.py', 'empty.py']])
  expect([...readBy]).toEqual([
    ['a.py', ['ruff']],
    ['empty.py', ['ruff']],
  ])
})

test('an analyser without files is not run', async () => {
  const never = analyser('ruff', '.py', () => {
    throw new Error('it was run')
  })
  expect((await find([never], [file('b.ts')])).failures).toEqual(new Map())
})

test('what stands on lines of the change is grounded, all else is dropped, and nothing is lost', async () => {
  const findings = [finding('a.py', 3), finding('a.py', 1), finding('elsewhere.py', 3)]
  const { candidates } = await find(
    [analyser('ruff', '.py', () => ({ findings, unread: [] }))],
    [file('a.py')],
  )
  expect(candidates.map(({ candidate, grounding }) => [candidate.id, grounding])).toEqual([
    ['id 1', { kind: 'grounded', anchor: { side: 'RIGHT', startLine: 3, endLine: 3 } }],
    ['id 2', { kind: 'dropped', reason: 'outside-diff', detail: 'the lines are not part of the change' }],
    ['id 3', { kind: 'dropped', reason: 'outside-diff', detail: 'the lines are not part of the change' }],
  ])
  expect(candidates[0]?.candidate).toMatchObject({
    source: { kind: 'analyser', analyser: 'ruff', rule: 'F821' },
    path: 'a.py',
    title: 'Undefined name',
    evidence: '',
    confidence: 1,
  })
})

test('a file that an analyser could not read is not read by it, with the reason', async () => {
  const ruff = analyser('ruff', '.py', () => ({
    findings: [],
    unread: [{ path: 'a.py', reason: 'too deeply nested' }],
  }))
  const { readBy, failures } = await find([ruff], [file('a.py'), file('b.py')])
  expect([...readBy]).toEqual([['b.py', ['ruff']]])
  expect([...failures]).toEqual([['a.py', 'ruff: too deeply nested']])
})

test('an analyser that fails leaves its files unread by it, and stops nobody else', async () => {
  const broken = analyser('broken', '.py', () => Promise.reject(new Error('no such binary')))
  const slow = analyser('slow', 'a.py', () => ({
    findings: [],
    unread: [{ path: 'a.py', reason: 'too slow' }],
  }))
  const ruff = analyser('ruff', '.py', () => ({ findings: [finding('a.py', 3)], unread: [] }))
  const { candidates, readBy, failures } = await find([broken, slow, ruff], [file('a.py'), file('b.py')])
  expect(candidates).toHaveLength(1)
  expect([...readBy]).toEqual([
    ['a.py', ['ruff']],
    ['b.py', ['ruff']],
  ])
  expect(failures.get('b.py')).toBe('broken failed: no such binary')
  expect(failures.get('a.py')?.split('; ').toSorted()).toEqual([
    'broken failed: no such binary',
    'slow: too slow',
  ])
})

test('an abort stops the whole', async () => {
  const aborted = new DOMException('stopped', 'AbortError')
  const ruff = analyser('ruff', '.py', () => Promise.reject(aborted))
  await expect(find([ruff], [file('a.py')])).rejects.toBe(aborted)
})
