import { inlineCode, plain } from './markdown.ts'
import { isWhole, type FileReceipt, type Receipt } from './receipt.ts'

/** Files named one by one; the rest is counted. */
const MAX_NAMED_FILES = 40

/** The receipt in Markdown: who read, how much, and by name what was not read. */
export function renderReceipt(receipt: Receipt): string {
  return [renderReader(receipt), renderCounts(receipt), ...renderUnread(receipt.files)].join('\n\n')
}

/** `Read all 12 hunks in 3 files`, or how many of them. */
export function renderCoverage({ hunks, files }: Receipt): string {
  const read = hunks.read + hunks['from-cache']
  const reviewable = read + hunks['over-budget'] + hunks.failed
  const amount =
    read === reviewable ? `all ${count(read, 'hunk')}` : `${read} of ${count(reviewable, 'hunk')}`
  return `read ${amount} in ${count(files.length, 'file')}`
}

export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}

export function renderReader({ reader }: Receipt): string {
  const analysers = reader.analysers.map(plain).join(', ')
  if (reader.model !== undefined) {
    return `Read by ${inlineCode(reader.model)}${analysers && ` and the built-in analysers (${analysers})`}.`
  }
  return `Read by the built-in analysers only (${analysers || 'none applied'}): no model is configured.`
}

function renderCounts(receipt: Receipt): string {
  const { hunks, findings } = receipt
  const rows = [
    ['read', hunks.read],
    ['from cache', hunks['from-cache']],
    ['skipped by rule', hunks.skipped],
    ['over budget, not read', hunks['over-budget']],
    ['failed, not read', hunks.failed],
  ] as const
  const table = rows.filter(([, hunks]) => hunks > 0).map(([outcome, hunks]) => `| ${outcome} | ${hunks} |`)
  const found = `Findings: ${findings.posted} posted, ${findings.merged} merged into others, ${findings.dropped} dropped.`
  if (table.length === 0) return `The change has no text to read.\n\n${found}`
  return `| hunks | |\n| --- | ---: |\n${table.join('\n')}\n\n${found}`
}

function renderUnread(files: readonly FileReceipt[]): string[] {
  const unread = files.filter((file) => file.reason !== undefined)
  if (unread.length === 0) return []
  const named = unread
    .slice(0, MAX_NAMED_FILES)
    .map((file) => `- ${inlineCode(file.path)}: ${plain(file.reason ?? '')}`)
  const rest = unread.length - named.length
  if (rest > 0) named.push(`- and ${count(rest, 'more file')}`)
  return [`Not read, or not by everyone:\n\n${named.join('\n')}`]
}

/** What the pull request shows at a glance. Success only for a change that a model read whole and found nothing in (I5). */
export function checkConclusion(
  receipt: Receipt,
  openFindings: number,
): 'success' | 'neutral' | 'failure' | 'skipped' {
  if (receipt.outcome === 'failed') return 'failure'
  if (receipt.outcome !== 'reviewed') return 'skipped'
  return isWhole(receipt) && receipt.reader.model !== undefined && openFindings === 0 ? 'success' : 'neutral'
}
