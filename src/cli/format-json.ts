import type { Finding } from '../review/finding.ts'
import { isWhole, type Receipt } from '../review/receipt.ts'
import type { Reviewed } from './reviewed.ts'

/**
 * What `--format json` prints: one object on one line. Members may be added; those there are keep name and meaning
 * within a version.
 */
export interface ReviewJson {
  readonly version: 1
  /** `owner/name#12`, the name of a folder, or of a patch file. */
  readonly change: string
  /** Whether it stands on the pull request now: these findings, and not those of an earlier review. */
  readonly posted: boolean
  /** Whether `--post` found a review of this head there already. It was left as it is then, and `posted` is false. */
  readonly stoodBefore: boolean
  /** Whether every reviewable hunk was read. */
  readonly whole: boolean
  /** Every candidate with its verdict, the most severe first. Those that are for people have `verdict.kind` "posted". */
  readonly findings: readonly FindingJson[]
  readonly receipt: Receipt
}

interface FindingJson extends Omit<Finding, 'anchor' | 'replacement'> {
  /** 1-based, both included; null when the place is not known. */
  readonly startLine: number | null
  readonly endLine: number | null
  /** RIGHT: lines of the new file. LEFT: lines of the old one. */
  readonly side: 'LEFT' | 'RIGHT' | null
  /** New text for exactly these lines. */
  readonly replacement: string | null
}

export function formatJson(reviewed: Reviewed): string {
  const { name, findings, receipt, posted } = reviewed
  const json: ReviewJson = {
    version: 1,
    change: name,
    posted: posted === 'now',
    stoodBefore: posted === 'before',
    whole: isWhole(receipt),
    findings: findings.map(findingJson),
    receipt,
  }
  return `${JSON.stringify(json)}\n`
}

function findingJson({ anchor, replacement, ...finding }: Finding): FindingJson {
  return {
    ...finding,
    startLine: anchor?.startLine ?? null,
    endLine: anchor?.endLine ?? null,
    side: anchor?.side ?? null,
    replacement: replacement ?? null,
  }
}
