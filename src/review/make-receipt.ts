import type { Analyser } from '../analysis/analyser.ts'
import type { DiffLine, FileDiff, Hunk } from '../diff/file-diff.ts'
import type { ChangedText } from './change.ts'
import type { AnalysersOutcome } from './find-with-analysers.ts'
import type { Finding } from './finding.ts'
import {
  joinReasons,
  type FileReceipt,
  type HunkOutcome,
  type Receipt,
  type WholeChangeReceipt,
} from './receipt.ts'
import type { SelectedFile } from './select.ts'
import type { Unit } from './units.ts'

export interface ReadUnit {
  readonly unit: Unit
  readonly outcome: 'read' | 'from-cache' | 'over-budget' | 'failed'
  /** Why it was not read. */
  readonly reason?: string
}

export interface Reading {
  readonly files: readonly SelectedFile[]
  /** False when the source could not list every file of the change. */
  readonly complete: boolean
  /** The model that was asked, if any, and what became of each unit. */
  readonly model?: string
  readonly units: readonly ReadUnit[]
  readonly analysers: AnalysersOutcome
  /** The analysers that read code, rather than looking for one thing in it. */
  readonly linters: readonly Pick<Analyser, 'name' | 'covers'>[]
  readonly findings: readonly Finding[]
  readonly wholeChange?: WholeChangeReceipt
  readonly notes?: readonly string[]
}

/** The receipt of a review that came to its end. Every hunk of every file is counted once (I5). */
export function makeReceipt(reading: Reading): Receipt {
  const files = reading.files.map((file) => fileReceipt(file, reading))
  if (!reading.complete) {
    files.push({
      path: '(further files)',
      hunks: { failed: 1 },
      reason: 'GitHub does not list all files of a change this large',
    })
  }
  const hunks = { read: 0, 'from-cache': 0, skipped: 0, 'over-budget': 0, failed: 0 }
  for (const file of files) {
    for (const outcome of Object.keys(hunks) as HunkOutcome[]) hunks[outcome] += file.hunks[outcome] ?? 0 // the keys of the literal above
  }
  const findings = { posted: 0, merged: 0, dropped: 0 }
  for (const { verdict } of reading.findings) findings[verdict.kind] += 1
  const analysers = new Set([...reading.analysers.readBy.values()].flat())
  return {
    outcome: 'reviewed',
    reader: {
      analysers: [...analysers].sort(),
      ...(reading.model !== undefined && { model: reading.model }),
    },
    hunks,
    files,
    findings,
    ...(reading.wholeChange && { wholeChange: reading.wholeChange }),
    ...(reading.notes && reading.notes.length > 0 && { notes: reading.notes }),
  }
}

/** The receipt of a run that ended without a review. */
export function emptyReceipt(outcome: 'skipped' | 'failed' | 'superseded', reason: string): Receipt {
  return {
    outcome,
    reason,
    reader: { analysers: [] },
    hunks: { read: 0, 'from-cache': 0, skipped: 0, 'over-budget': 0, failed: 0 },
    files: [],
    findings: { posted: 0, merged: 0, dropped: 0 },
  }
}

function fileReceipt({ file, selection }: SelectedFile, reading: Reading): FileReceipt {
  const { path, hunks } = file.diff
  switch (selection.kind) {
    case 'skip':
      return { path, hunks: hunks.length > 0 ? { skipped: hunks.length } : {}, reason: selection.reason }
    case 'over-budget':
      return { path, hunks: { 'over-budget': hunks.length }, reason: selection.reason }
    case 'failed':
      // Its hunks are unknown: at least one there is, so that the whole is never green.
      return { path, hunks: { failed: Math.max(1, hunks.length) }, reason: selection.reason }
    case 'review':
      return reading.model === undefined ? analysedFile(file, reading) : askedFile(file.diff, reading)
  }
}

/** A hunk may have been asked about in parts: what became of the worst of its lines became of it. */
function askedFile({ path, hunks }: FileDiff, { units, analysers }: Reading): FileReceipt {
  const own = units.filter(({ unit }) => unit.path === path)
  const outcomes = new Map<DiffLine, HunkOutcome>()
  for (const { unit, outcome } of own) {
    for (const line of unit.hunks.flatMap((hunk) => hunk.lines)) outcomes.set(line, outcome)
  }
  const counts: Partial<Record<HunkOutcome, number>> = {}
  for (const hunk of hunks) {
    const outcome = worstOf(hunk, outcomes)
    counts[outcome] = (counts[outcome] ?? 0) + 1
  }
  const reason = joinReasons(
    [...own.map((unit) => unit.reason), analysers.failures.get(path)].filter((one) => one !== undefined),
  )
  return { path, hunks: counts, ...(reason !== undefined && { reason }) }
}

const worstFirst = ['failed', 'over-budget', 'read', 'from-cache'] as const

/** A line that nobody was asked about was not read, whoever forgot it. */
function worstOf({ lines }: Hunk, outcomes: ReadonlyMap<DiffLine, HunkOutcome>): HunkOutcome {
  const met = new Set(lines.map((line) => outcomes.get(line) ?? 'failed'))
  return worstFirst.find((outcome) => met.has(outcome)) ?? 'failed'
}

/** Without a model a file is read when a linter read it; a scan for credentials alone is no reading. */
function analysedFile(
  { diff, content, noContent }: ChangedText,
  { analysers, linters }: Reading,
): FileReceipt {
  const { path } = diff
  const hunks = diff.hunks.length
  const failure = analysers.failures.get(path)
  const readers = linters.filter((linter) => linter.covers(path))
  if (readers.length === 0) {
    const reason = 'no built-in analyser reads it, and no model is configured'
    return { path, hunks: { skipped: hunks }, reason }
  }
  if (readers.some(({ name }) => analysers.readBy.get(path)?.includes(name))) {
    return { path, hunks: { read: hunks }, ...(failure !== undefined && { reason: failure }) }
  }
  const why =
    content === undefined ? (noContent ?? 'its whole content is not known') : 'no built-in analyser read it'
  return { path, hunks: { failed: hunks }, reason: failure ?? `${why}, and no model is configured` }
}
