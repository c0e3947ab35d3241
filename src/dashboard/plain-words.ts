import type { HunkOutcome } from '../review/receipt.ts'
import type { RunState } from '../review/run.ts'
import type { RecordedDelivery, RecordedRun } from './run-history.ts'

/** One word for each state, never told by colour alone. */
export const stateWords: Readonly<Record<RunState, string>> = {
  queued: 'Waiting',
  running: 'Reviewing',
  posting: 'Posting',
  completed: 'Reviewed',
  failed: 'Failed',
  skipped: 'Skipped',
  superseded: 'Superseded',
}

/** What a run's state means, in a sentence. */
export function stateSentence({ state, reason, attempt, findings }: RecordedRun): string {
  const because = reason === '' ? 'no reason was recorded.' : sentence(reason)
  const again = attempt > 1 ? ` This is attempt ${attempt}.` : ''
  switch (state) {
    case 'queued':
      return 'It waits for a free worker.'
    case 'running':
      return `The change is being read.${again}`
    case 'posting':
      return `What will be said is decided, and is being posted.${again}`
    case 'completed':
      return findings?.posted === 0
        ? 'Nothing to say about this change.'
        : 'The review stands on the pull request.'
    case 'failed':
      return `This change could not be reviewed: ${because}`
    case 'skipped':
      return `This change was not reviewed: ${because}`
    case 'superseded':
      return `Something newer took its place: ${because}`
  }
}

export const hunkWords: Readonly<Record<HunkOutcome, string>> = {
  read: 'read',
  'from-cache': 'from cache',
  skipped: 'skipped',
  'over-budget': 'over budget',
  failed: 'failed',
}

/** What followed from a delivery. */
export function decisionSentence({ decision, reason }: RecordedDelivery): string {
  switch (decision) {
    case 'review':
      return 'asked for a review'
    case 'cancel':
      return `ended the review: ${reason}`
    case 'ignore':
      return `ignored: ${reason}`
    case 'note':
      return 'noted'
  }
}

/** The same text with a full stop, unless it ends like a sentence. */
export function sentence(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`
}
