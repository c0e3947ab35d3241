import { count } from '../review/count.ts'
import { dropWords } from '../review/drop-words.ts'
import type { Finding } from '../review/finding.ts'
import { isWhole, type FileReceipt } from '../review/receipt.ts'
import { describeWholeChange } from '../review/whole-change/describe-whole-change.ts'
import type { Reviewed } from './reviewed.ts'
import { shortened, terminalLine } from './terminal-text.ts'

/** Reasons told one by one, and files named for each of them; the rest is counted. */
const maxReasons = 20
const maxNamedFiles = 5
const maxKeptBack = 10
const maxKeptBackText = 200
const maxNote = 500

/** Who read the change, how much of it, and what was not read, by reason. */
export function receiptLines({ receipt, findings }: Reviewed): string[] {
  const lines = [reader(), coverage()]
  if (receipt.wholeChange) lines.push(terminalLine(describeWholeChange(receipt.wholeChange)))
  lines.push(...(receipt.notes ?? []).map((note) => shortened(terminalLine(note), maxNote)))
  lines.push(...keptBackLines(findings))
  if (receipt.outcome !== 'reviewed') {
    lines.push(`Not reviewed (${receipt.outcome}): ${terminalLine(receipt.reason ?? 'no reason known')}.`)
  }
  lines.push(...unreadLines(receipt.files))
  return lines

  function reader(): string {
    const analysers = receipt.reader.analysers.map(terminalLine).join(', ')
    if (receipt.reader.model !== undefined) {
      const also = analysers && ` and the built-in analysers (${analysers})`
      return `Read by ${terminalLine(receipt.reader.model)}${also}.`
    }
    return `No model is configured: read by the built-in analysers alone (${analysers || 'none applied'}).`
  }

  function coverage(): string {
    const { hunks, files } = receipt
    const read = hunks.read + hunks['from-cache']
    const all = Object.values(hunks).reduce((sum, number) => sum + number, 0)
    if (all === 0) return files.length === 0 ? 'Nothing changed.' : 'The change has no text to read.'
    const parts = [
      `Read ${read} of ${count(all, 'hunk')} in ${count(files.length, 'file')}`,
      hunks.skipped > 0 ? `${hunks.skipped} skipped by rule` : '',
      hunks['over-budget'] > 0 ? `${hunks['over-budget']} over budget` : '',
      hunks.failed > 0 ? `${hunks.failed} failed` : '',
    ]
    return `${parts.filter(Boolean).join(', ')}.${isWhole(receipt) ? '' : ' Not everything was read.'}`
  }
}

/** What was found and is not said, one by one with the reason. */
function keptBackLines(findings: readonly Finding[]): string[] {
  const kept = findings.flatMap(({ verdict, ...finding }) =>
    verdict.kind === 'dropped' ? [{ ...finding, ...verdict }] : [],
  )
  if (kept.length === 0) return []
  const shown = kept.slice(0, maxKeptBack).map(({ path, anchor, title, reason, detail }) => {
    const place = terminalLine(anchor ? `${path}:${anchor.startLine}` : path)
    const why = detail === '' ? dropWords(reason) : `${dropWords(reason)}: ${detail}`
    return `  ${place} ${shortened(terminalLine(title), maxKeptBackText)}\n    ${shortened(terminalLine(why), maxKeptBackText)}`
  })
  const left = kept.length - shown.length
  return [
    `Kept back: ${count(kept.length, 'finding')}.`,
    ...shown,
    ...(left > 0 ? [`  and ${left} more (--format json shows all)`] : []),
  ]
}

/** One line for all the files that were not read for the same reason. */
function unreadLines(files: readonly FileReceipt[]): string[] {
  const unread = files.filter(({ reason }) => reason !== undefined)
  if (unread.length === 0) return []
  const reasons = [...new Set(unread.map(({ reason = '' }) => reason))].slice(0, maxReasons)
  const groups = reasons.map((why) => ({ why, group: unread.filter(({ reason }) => reason === why) }))
  const untold = unread.length - groups.reduce((sum, { group }) => sum + group.length, 0)
  const isCut = untold > 0 || groups.some(({ group }) => group.length > maxNamedFiles)
  return [
    `Not read, or not by everyone${isCut ? ' (--format json names all)' : ''}:`,
    ...groups.map(({ why, group }) => `  ${names(group)}: ${terminalLine(why)}`),
    ...(untold === 0 ? [] : [`  and ${count(untold, 'more file')}`]),
  ]
}

function names(files: readonly FileReceipt[]): string {
  const named = files.slice(0, maxNamedFiles).map(({ path }) => terminalLine(path))
  const left = files.length - named.length
  return `${named.join(', ')}${left > 0 ? ` and ${count(left, 'more file')}` : ''}`
}
