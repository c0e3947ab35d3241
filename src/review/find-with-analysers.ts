import type { AnalysedFile, Analyser, AnalyserFinding } from '../analysis/analyser.ts'
import { errorMessage, isAbort } from '../base/errors.ts'
import type { IdSource } from '../base/ids.ts'
import { isCommentable } from '../diff/commentable-lines.ts'
import type { ChangedText } from './change.ts'
import type { GroundedCandidate } from './ground.ts'

export interface AnalysersOutcome {
  readonly candidates: readonly GroundedCandidate[]
  /** Names of the analysers that looked at a file, by path. */
  readonly readBy: ReadonlyMap<string, readonly string[]>
  /** What went wrong, by path: the file was not read by that analyser. */
  readonly failures: ReadonlyMap<string, string>
}

/**
 * Runs every analyser over the files it covers. One that fails leaves its files unread by it, and stops nobody else.
 * `hide` replaces the credentials of the change in what they say.
 */
export async function findWithAnalysers(
  analysers: readonly Analyser[],
  files: readonly ChangedText[],
  hide: (text: string) => string,
  newId: IdSource,
  signal: AbortSignal,
): Promise<AnalysersOutcome> {
  const candidates: GroundedCandidate[] = []
  const readBy = new Map<string, string[]>()
  const failures = new Map<string, string>()
  await Promise.all(
    analysers.map(async (analyser) => {
      const covered = files.flatMap(({ diff, content }): AnalysedFile[] =>
        content !== undefined && analyser.covers(diff.path) ? [{ diff, content }] : [],
      )
      if (covered.length === 0) return
      try {
        const { findings, unread } = await analyser.analyse(covered, signal)
        candidates.push(
          ...findings.map((finding) => toCandidate(analyser.name, hidden(finding, hide), covered, newId())),
        )
        for (const { path, reason } of unread) fail(path, `${analyser.name}: ${reason}`)
        const passed = new Set(unread.map(({ path }) => path))
        for (const { diff } of covered) {
          if (!passed.has(diff.path)) readBy.set(diff.path, [...(readBy.get(diff.path) ?? []), analyser.name])
        }
      } catch (error) {
        if (isAbort(error)) throw error
        for (const { diff } of covered) fail(diff.path, `${analyser.name} failed: ${errorMessage(error)}`)
      }
    }),
  )
  return { candidates, readBy, failures }

  function fail(path: string, reason: string): void {
    const known = failures.get(path)
    failures.set(path, known === undefined ? reason : `${known}; ${reason}`)
  }
}

/** Analysers see the change as it is, and quote it. */
function hidden(finding: AnalyserFinding, hide: (text: string) => string): AnalyserFinding {
  return { ...finding, title: hide(finding.title), explanation: hide(finding.explanation) }
}

function toCandidate(
  analyser: string,
  { rule, ...finding }: AnalyserFinding,
  files: readonly AnalysedFile[],
  id: string,
): GroundedCandidate {
  const file = files.find(({ diff }) => diff.path === finding.path)
  const { anchor } = finding
  return {
    candidate: { ...finding, id, source: { kind: 'analyser', analyser, rule }, evidence: '', confidence: 1 },
    grounding:
      file && isCommentable(file.diff, anchor)
        ? { kind: 'grounded', anchor }
        : { kind: 'dropped', reason: 'outside-diff', detail: 'the lines are not part of the change' },
  }
}
