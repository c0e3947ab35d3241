import type { CommitId, RepositoryName } from '../github/github.ts'
import type { Category, DropReason, Finding, Severity, Verdict, Verification } from '../review/finding.ts'
import type { FileReceipt, Receipt, WholeChangeReceipt } from '../review/receipt.ts'
import type { RunId, RunState } from '../review/run.ts'
import type { RecordedRun } from './run-history.ts'

/** Rows as the history reads them. Ids and words were checked when they were written, and the tables check them too. */
export interface RunRow {
  id: RunId
  repo_full_name: RepositoryName
  pr_number: number
  title: string
  author: string
  head_commit: CommitId
  base_branch: string
  state: RunState
  reason: string
  attempt: number
  created_at: Date
  started_at: Date | null
  ended_at: Date | null
  findings_posted: number | null
  findings_merged: number | null
  findings_dropped: number | null
}

export function runFromRow(row: RunRow): RecordedRun {
  const { findings_posted: posted, findings_merged: merged, findings_dropped: dropped } = row
  return {
    id: row.id,
    repository: row.repo_full_name,
    pullRequest: row.pr_number,
    title: row.title,
    author: row.author,
    head: row.head_commit,
    baseBranch: row.base_branch,
    state: row.state,
    reason: row.reason,
    attempt: row.attempt,
    createdAt: row.created_at,
    ...(row.started_at && { startedAt: row.started_at }),
    ...(row.ended_at && { endedAt: row.ended_at }),
    ...(posted !== null && merged !== null && dropped !== null && { findings: { posted, merged, dropped } }),
  }
}

export interface ReceiptRow {
  outcome: Receipt['outcome']
  reason: string | null
  reader_model: string | null
  reader_analysers: string[]
  hunks_read: number
  hunks_from_cache: number
  hunks_skipped: number
  hunks_over_budget: number
  hunks_failed: number
  findings_posted: number
  findings_merged: number
  findings_dropped: number
  files: FileReceipt[]
  notes: string[]
  whole_change: WholeChangeReceipt | null
}

export function receiptFromRow(row: ReceiptRow): Receipt {
  return {
    outcome: row.outcome,
    ...(row.reason !== null && { reason: row.reason }),
    reader: {
      ...(row.reader_model !== null && { model: row.reader_model }),
      analysers: row.reader_analysers,
    },
    hunks: {
      read: row.hunks_read,
      'from-cache': row.hunks_from_cache,
      skipped: row.hunks_skipped,
      'over-budget': row.hunks_over_budget,
      failed: row.hunks_failed,
    },
    files: row.files,
    ...(row.whole_change && { wholeChange: row.whole_change }),
    ...(row.notes.length > 0 && { notes: row.notes }),
    findings: { posted: row.findings_posted, merged: row.findings_merged, dropped: row.findings_dropped },
  }
}

export interface FindingRow {
  id: string
  source_kind: 'model' | 'analyser'
  source_name: string
  rule: string | null
  path: string
  side: 'LEFT' | 'RIGHT' | null
  start_line: number | null
  end_line: number | null
  severity: Severity
  category: Category
  title: string
  explanation: string
  evidence: string
  replacement: string | null
  confidence: number
  verdict: Verdict['kind']
  place: 'inline' | 'summary' | null
  merged_into: string | null
  drop_reason: DropReason | null
  drop_detail: string | null
  fingerprint: string
  look_verdict: Verification['verdict'] | null
  look_reason: string | null
  look_model: string | null
  look_certainty: number | null
  claimed_severity: Severity | null
  pass: 'whole-change' | null
  worth: number | null
}

export function findingFromRow(row: FindingRow): Finding {
  const { side, start_line: startLine, end_line: endLine } = row
  const verification = verificationFromRow(row)
  return {
    id: row.id,
    source:
      row.source_kind === 'model'
        ? { kind: 'model', model: row.source_name, ...(row.pass && { pass: row.pass }) }
        : { kind: 'analyser', analyser: row.source_name, rule: row.rule ?? '' },
    path: row.path,
    ...(side !== null && startLine !== null && endLine !== null && { anchor: { side, startLine, endLine } }),
    severity: row.severity,
    category: row.category,
    title: row.title,
    explanation: row.explanation,
    evidence: row.evidence,
    ...(row.replacement !== null && { replacement: row.replacement }),
    confidence: row.confidence,
    verdict: verdictFromRow(row),
    fingerprint: row.fingerprint,
    ...(verification && { verification }),
    ...(row.worth !== null && { worth: row.worth }),
  }
}

function verificationFromRow(row: FindingRow): Verification | undefined {
  const { look_verdict: verdict, look_reason: reason, claimed_severity: claimed } = row
  if (verdict === null || reason === null || claimed === null) return undefined
  return {
    verdict,
    reason,
    claimed,
    ...(row.look_model !== null && { model: row.look_model }),
    ...(row.look_certainty !== null && { certainty: row.look_certainty }),
  }
}

/** The table holds the place of posted ones, the other finding of merged ones, and the reason of dropped ones. */
function verdictFromRow(row: FindingRow): Verdict {
  switch (row.verdict) {
    case 'posted':
      return { kind: 'posted', place: row.place ?? 'summary' }
    case 'merged':
      return { kind: 'merged', into: row.merged_into ?? '' }
    case 'dropped':
      return { kind: 'dropped', reason: row.drop_reason ?? 'unreadable', detail: row.drop_detail ?? '' }
  }
}
