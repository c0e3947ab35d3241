import { compareText } from '../base/compare-text.ts'
import type { ChangedText } from '../review/change.ts'
import type { Finding } from '../review/finding.ts'
import type { Receipt } from '../review/receipt.ts'
import type { OnceResult } from '../review/review-once.ts'

/** A review that came to its end, as the formats show it. */
export interface Reviewed {
  /** The name of the change: `owner/name#12`, a folder, or a patch file. */
  readonly name: string
  readonly findings: readonly Finding[]
  readonly receipt: Receipt
  /** The files of the change, to quote lines from; empty when they are not at hand. */
  readonly files: readonly ChangedText[]
  /** Whether it stands on the pull request now, or another one of the same head does. */
  readonly posted: OnceResult['posted']
}

/** The findings that are said, by file and line. */
export function saidFindings({ findings }: Reviewed): readonly Finding[] {
  return findings
    .filter(({ verdict }) => verdict.kind === 'posted')
    .toSorted(
      (a, b) => compareText(a.path, b.path) || (a.anchor?.startLine ?? 0) - (b.anchor?.startLine ?? 0),
    )
}

/** Who found it, in a few words: the model, or the analyser with its rule. */
export function finderName({ source }: Finding): string {
  if (source.kind === 'analyser') return `${source.analyser} (${source.rule})`
  return source.pass === 'whole-change' ? `${source.model} (across the change)` : source.model
}
