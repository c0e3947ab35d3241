import { linesOf } from '../diff/lines-of.ts'
import type { Finding } from '../review/finding.ts'
import type { Reviewed } from './reviewed.ts'

/** More lines than these say less, not more. */
const maxLines = 12

export interface QuotedLines {
  readonly lines: readonly { readonly line: number; readonly text: string }[]
  /** How many more there are. */
  readonly left: number
}

/**
 * The lines that a finding stands on. None when they are not at hand, or when one of them holds a credential that a
 * scan found: a log of the terminal must not repeat it.
 */
export function quotedLines(finding: Finding, { files, findings }: Reviewed): QuotedLines {
  const file = files.find(({ diff }) => diff.path === finding.path)
  const { anchor } = finding
  if (!file || !anchor || findings.some((other) => isSecret(other) && overlap(other, finding))) {
    return { lines: [], left: 0 }
  }
  const lines = linesOf(file.diff, anchor)
  return { lines: lines.slice(0, maxLines), left: Math.max(0, lines.length - maxLines) }
}

function isSecret({ source }: Finding): boolean {
  return source.kind === 'analyser' && source.analyser === 'secrets'
}

function overlap(a: Finding, b: Finding): boolean {
  if (a.path !== b.path || !a.anchor || !b.anchor || a.anchor.side !== b.anchor.side) return false
  return a.anchor.startLine <= b.anchor.endLine && b.anchor.startLine <= a.anchor.endLine
}
