import { isWhole } from '../review/receipt.ts'
import type { Reviewed } from './reviewed.ts'
import { terminalLine } from './terminal-text.ts'

/** Files named one by one; the rest is counted. */
const maxNamedFiles = 40

/** Who read the change, how much of it, and by name what was not read. */
export function receiptLines({ receipt, findings }: Reviewed): string[] {
  const lines = [reader(), coverage()]
  const kept = findings.filter(({ verdict }) => verdict.kind === 'dropped').length
  if (kept > 0) lines.push(`Kept back: ${count(kept, 'finding')} (--format json shows why).`)
  if (receipt.outcome !== 'reviewed') {
    lines.push(`Not reviewed (${receipt.outcome}): ${terminalLine(receipt.reason ?? 'no reason known')}.`)
  }
  const unread = receipt.files.filter(({ reason }) => reason !== undefined)
  if (unread.length > 0) lines.push('Not read, or not by everyone:')
  for (const { path, reason } of unread.slice(0, maxNamedFiles)) {
    lines.push(`  ${terminalLine(path)}: ${terminalLine(reason ?? '')}`)
  }
  if (unread.length > maxNamedFiles) lines.push(`  and ${count(unread.length - maxNamedFiles, 'more file')}`)
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

/** `1 hunk`, `2 hunks`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
