import { count } from '../count.ts'
import { oneLine } from '../plain-text.ts'
import type { WholeChangeReceipt } from '../receipt.ts'
import type { RunEvent } from '../run-store.ts'

/** Files that a sentence names; the rest is counted. */
const NAMED = 5
/** Of a path, in characters. */
const LONGEST_NAME = 120

/** What came of reading a change as a whole, in sentences for people: plain text, with paths of the change in it. */
export function describeWholeChange(receipt: WholeChangeReceipt): string {
  const { outcome, reason = 'unknown reason', questions, toolCalls, notShown } = receipt
  if (outcome === 'left-out') return `The change was not read as a whole: ${reason}.`
  const asked = `${count(questions, 'question')}, ${count(toolCalls, 'look')} into the files of the head`
  return [
    outcome === 'failed'
      ? `Reading the change as a whole failed (${asked}): ${reason}.`
      : `Read as a whole, too (${asked}).`,
    ...(outcome === 'cut-short' ? [`It was cut short: ${reason}.`] : []),
    ...(notShown.length > 0 ? [`Too much to show in it: ${names(notShown)}.`] : []),
  ].join(' ')
}

/** The same for the timeline of a run. */
export function wholeChangeDetail(receipt: WholeChangeReceipt): RunEvent['detail'] {
  const { outcome, reason, questions, toolCalls, notShown } = receipt
  return {
    outcome: outcome.replace('-', ' '),
    ...(reason !== undefined && { why: reason }),
    questions,
    looks: toolCalls,
    'files not shown': notShown.length,
  }
}

function names(paths: readonly string[]): string {
  const left = paths.length - NAMED
  const named = paths.slice(0, NAMED).map((path) => oneLine(path, LONGEST_NAME))
  return `${named.join(', ')}${left > 0 ? ` and ${count(left, 'more file')}` : ''}`
}
