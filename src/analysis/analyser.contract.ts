import { createTwoFilesPatch } from 'diff'
import { describe, expect, test } from 'vitest'
import { isAbort } from '../base/errors.ts'
import { changedLines } from '../diff/changed-lines.ts'
import { parseHunks } from '../diff/parse-patch.ts'
import type { AnalysedFile, Analyser, AnalyserFinding } from './analyser.ts'
import type { AnalyserLimits } from './limits.ts'

const never = new AbortController().signal

/** A change of one file from `before` to `after`, as a patch shows it; without `before` the file is new. */
export function changedFile(path: string, after: string, before = ''): AnalysedFile {
  const patch = createTwoFilesPatch(path, path, before, after, '', '', { context: 3 })
  const start = patch.indexOf('@@')
  return {
    diff: {
      path,
      oldPath: path,
      status: before === '' ? 'added' : 'modified',
      binary: false,
      hunks: start < 0 ? [] : parseHunks(patch.slice(start)),
    },
    content: after,
  }
}

/** The lines (1-based) of a snippet that a comment marks: `<-- here`. */
export function markedLines(source: string): number[] {
  return source.split('\n').flatMap((line, index) => (line.includes('<-- here') ? [index + 1] : []))
}

/** Findings as `rule@line`, or `rule@first-last`, for expectations that read like a list. */
export function placed(findings: readonly AnalyserFinding[]): string[] {
  return findings.map(({ rule, anchor: { startLine, endLine } }) =>
    startLine === endLine ? `${rule}@${startLine}` : `${rule}@${startLine}-${endLine}`,
  )
}

/** Analyses files in one call, because starting a linter takes longer than reading; findings as `placed` by path. */
export async function checkAll(
  analyser: Analyser,
  sources: ReadonlyMap<string, string>,
): Promise<ReadonlyMap<string, string[]>> {
  const files = [...sources].map(([path, source]) => changedFile(path, source))
  const { findings, unread } = await analyser.analyse(files, never)
  expect(unread).toEqual([])
  return new Map(
    [...sources.keys()].map((path) => [path, placed(findings.filter((found) => found.path === path))]),
  )
}

export interface AnalyserCase {
  readonly open: (limits?: AnalyserLimits) => Analyser
  /** A file with one mistake, on the line that `<-- here` marks. */
  readonly mistake: { readonly path: string; readonly source: string }
  /** A file with nothing to say about. */
  readonly clean: { readonly path: string; readonly source: string }
  readonly uncovered: string
}

/** What any analyser promises. */
export function analyserContract({ open, mistake, clean, uncovered }: AnalyserCase): void {
  const analyser = open()

  describe(`any analyser: ${analyser.name}`, () => {
    test('a mistake on an added line is found, on that line of the new side', async () => {
      const { findings, unread } = await analyser.analyse([changedFile(mistake.path, mistake.source)], never)
      expect(findings.map(({ path, anchor }) => ({ path, ...anchor }))).toEqual(
        markedLines(mistake.source).map((line) => ({
          path: mistake.path,
          side: 'RIGHT',
          startLine: line,
          endLine: line,
        })),
      )
      expect(unread).toEqual([])
      for (const { title, explanation } of findings) {
        expect(title).toMatch(/^\S.*\S$/)
        expect(explanation).toMatch(/^\S/)
      }
    })

    test('the same mistake on lines that the change left alone is not its business', async () => {
      const after = `${mistake.source}\n`
      const { findings } = await analyser.analyse([changedFile(mistake.path, after, mistake.source)], never)
      expect(findings).toEqual([])
    })

    test('a clean file and an empty file give nothing', async () => {
      const files = [changedFile(clean.path, clean.source), changedFile(mistake.path, '')]
      expect(await analyser.analyse(files, never)).toEqual({ findings: [], unread: [] })
      expect(await analyser.analyse([], never)).toEqual({ findings: [], unread: [] })
    })

    test('a file that it has no rules for is passed over', async () => {
      expect(analyser.covers(mistake.path)).toBe(true)
      expect(analyser.covers(uncovered)).toBe(false)
      const file = changedFile(uncovered, mistake.source)
      expect(await analyser.analyse([file], never)).toEqual({ findings: [], unread: [] })
    })

    test('a file that is too large is named, and hides no finding of the others', async () => {
      const limits = { maxFileLength: mistake.source.length, fileTimeoutMs: 10_000, runTimeoutMs: 60_000 }
      const large = changedFile(mistake.path, `${mistake.source}\n\n`)
      const small = changedFile(mistake.path.replace(/(\.[^.]+)$/, '-2$1'), mistake.source)
      const { findings, unread } = await open(limits).analyse([large, small], never)
      expect(findings.map(({ path }) => path)).toEqual([small.diff.path])
      expect(unread.map(({ path }) => path)).toEqual([large.diff.path])
    })

    test('files that the time does not reach are named', async () => {
      const limits = { maxFileLength: 1_000_000, fileTimeoutMs: 10_000, runTimeoutMs: 0 }
      const file = changedFile(mistake.path, mistake.source)
      const { findings, unread } = await open(limits).analyse([file], never)
      expect(findings).toEqual([])
      expect(unread.map(({ path }) => path)).toEqual([mistake.path])
    })

    test('an abort before or during the work rejects with the abort', async () => {
      const files = [changedFile(mistake.path, mistake.source)]
      await expect(analyser.analyse(files, AbortSignal.abort())).rejects.toSatisfy(isAbort)
      const controller = new AbortController()
      const work = analyser.analyse(files, controller.signal)
      controller.abort()
      await expect(work).rejects.toSatisfy(isAbort)
    })

    test('every anchor of a partly changed file lies on the change', async () => {
      const padding = Array.from({ length: 20 }, () => '').join('\n')
      const before = `${mistake.source}${padding}`
      const file = changedFile(mistake.path, `${before}${mistake.source}`, before)
      const { findings } = await analyser.analyse([file], never)
      const changed = changedLines(file.diff)
      for (const { anchor } of findings) expect(changed).toContain(anchor.startLine)
    })
  })
}
