import { count } from './count.ts'
import { boundedList, inlineCode } from './markdown.ts'
import { oneLine, plain } from './plain-text.ts'
import { isWhole, type FileReceipt, type Receipt } from './receipt.ts'
import { describeWholeChange } from './whole-change/describe-whole-change.ts'

/** Files named one by one; the rest is counted. Most of a body is for what was found. */
const NAMED_FILES = { items: 40, bytes: 20_000 }
/** Of a path, or of a reason, in characters. */
const MAX_NAME = 300

/** The receipt in Markdown: who read, how much, and by name what was not read. */
export function renderReceipt(receipt: Receipt): string {
  if (receipt.outcome !== 'reviewed') return 'The change does not count as read.'
  return [
    renderReader(receipt),
    ...(receipt.wholeChange ? [plain(describeWholeChange(receipt.wholeChange))] : []),
    ...(receipt.notes ?? []).map(plain),
    renderCounts(receipt),
    ...renderUnread(receipt.files),
  ].join('\n\n')
}

/** `read all 12 hunks in 3 files`, or how many of them. Hunks that rules skip are not asked for, nor are their files. */
export function renderCoverage({ hunks, files }: Receipt): string {
  const read = hunks.read + hunks['from-cache']
  const reviewable = read + hunks['over-budget'] + hunks.failed
  if (reviewable === 0) return 'nothing to read'
  const all = reviewable === 1 ? 'the only hunk' : `all ${count(read, 'hunk')}`
  const amount = read === reviewable ? all : `${read} of ${count(reviewable, 'hunk')}`
  return `read ${amount} in ${count(files.filter(isReviewable).length, 'file')}`
}

function isReviewable({ hunks }: FileReceipt): boolean {
  return Object.entries(hunks).some(([outcome, number]) => outcome !== 'skipped' && number > 0)
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
  const unread = files.flatMap(({ path, reason }) =>
    reason === undefined
      ? []
      : [`${inlineCode(oneLine(path, MAX_NAME))}: ${plain(oneLine(reason, MAX_NAME))}`],
  )
  if (unread.length === 0) return []
  const list = boundedList(unread, NAMED_FILES, (rest) => `and ${count(rest, 'more file')}`)
  return [`Not read, or not by everyone:\n\n${list}`]
}

/**
 * What the pull request shows at a glance. Success only for a change that a model read whole and found nothing in (I5);
 * a change of which nothing was to be read was not read, and an answer about it that could not be read is no silence (I6).
 */
export function checkConclusion(
  receipt: Receipt,
  openFindings: number,
): 'success' | 'neutral' | 'failure' | 'skipped' {
  if (receipt.outcome === 'failed') return 'failure'
  if (receipt.outcome !== 'reviewed') return 'skipped'
  const read = receipt.hunks.read + receipt.hunks['from-cache']
  const isAnswered = receipt.wholeChange?.outcome !== 'failed'
  const isClean = isWhole(receipt) && isAnswered && read > 0 && openFindings === 0
  return isClean && receipt.reader.model !== undefined ? 'success' : 'neutral'
}
