import { z } from 'zod'
import type { Analyser, Analysis } from '../analysis/analyser.ts'
import { errorMessage, isAbort } from '../base/errors.ts'
import { category, severity } from '../review/finding.ts'

const anchor = z.object({
  side: z.enum(['LEFT', 'RIGHT']),
  startLine: z.number().int(),
  endLine: z.number().int(),
})

/** What an analyser said of a change, or why it could not. */
export const recordedAnalyser = z.object({
  name: z.string(),
  kind: z.enum(['linter', 'scanner']),
  /** The paths of the change that it has rules for. */
  covered: z.array(z.string()),
  /** Absent when there was nothing to read, or it failed. */
  analysis: z
    .object({
      findings: z.array(
        z.object({
          path: z.string(),
          anchor,
          rule: z.string(),
          severity,
          category,
          title: z.string(),
          explanation: z.string(),
        }),
      ),
      unread: z.array(z.object({ path: z.string(), reason: z.string() })),
    })
    .exactOptional(),
  failure: z.string().exactOptional(),
})
export type RecordedAnalyser = z.output<typeof recordedAnalyser>

export interface RecordingAnalyser extends Analyser {
  /** What it said so far of the files with these paths; `hide` replaces the credentials in it. */
  record(paths: readonly string[], hide: (text: string) => string): RecordedAnalyser
}

export function recordingAnalyser(analyser: Analyser): RecordingAnalyser {
  const { name, kind } = analyser
  let analysis: Analysis | undefined
  let failure: string | undefined
  return {
    name,
    kind,
    covers: (path) => analyser.covers(path),
    async analyse(files, signal) {
      try {
        analysis = await analyser.analyse(files, signal)
        return analysis
      } catch (error) {
        if (!isAbort(error)) failure = errorMessage(error)
        throw error
      }
    },
    record: (paths, hide) => ({
      name,
      kind,
      covered: paths.filter((path) => analyser.covers(path)),
      ...(analysis && {
        analysis: {
          findings: analysis.findings.map((finding) => ({
            ...finding,
            title: hide(finding.title),
            explanation: hide(finding.explanation),
          })),
          unread: [...analysis.unread],
        },
      }),
      ...(failure !== undefined && { failure: hide(failure) }),
    }),
  }
}

/** An analyser that says what is on record. */
export function replayingAnalyser({ name, kind, covered, analysis, failure }: RecordedAnalyser): Analyser {
  const paths = new Set(covered)
  return {
    name,
    kind,
    covers: (path) => paths.has(path),
    analyse: () =>
      failure === undefined
        ? Promise.resolve(analysis ?? { findings: [], unread: [] })
        : Promise.reject(new Error(failure)),
  }
}
