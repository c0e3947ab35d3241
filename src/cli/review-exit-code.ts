import { severities, type Severity } from '../review/finding.ts'
import { isWhole } from '../review/receipt.ts'
import { count } from '../review/count.ts'
import { saidFindings, type Reviewed } from './reviewed.ts'

/** 0: clean. 1: findings as severe as `--fail-on` says, or more. 2: it could not be reviewed, with the reason. */
export type ReviewExit =
  | { readonly code: 0 | 1 }
  | {
      readonly code: 2
      readonly reason: string
    }

/**
 * With `failOn` the command is a gate: it lets nothing pass that was not read whole. Without, findings do not matter,
 * and neither does a part that was not read; but a review that read nothing of what there was is none.
 */
export function reviewExit(reviewed: Reviewed, failOn: Severity | undefined): ReviewExit {
  const { receipt } = reviewed
  const bar = failOn === undefined ? -1 : severities.indexOf(failOn)
  if (saidFindings(reviewed).some(({ severity }) => severities.indexOf(severity) <= bar)) return { code: 1 }
  if (receipt.outcome !== 'reviewed') {
    return { code: 2, reason: receipt.reason ?? `the review was ${receipt.outcome}` }
  }
  if (isWhole(receipt)) return { code: 0 }
  const read = receipt.hunks.read + receipt.hunks['from-cache']
  const unread = receipt.hunks['over-budget'] + receipt.hunks.failed
  if (failOn === undefined && read > 0) return { code: 0 }
  const amount = `${unread} of ${count(read + unread, 'hunk')} ${unread === 1 ? 'was' : 'were'} not read`
  return { code: 2, reason: [amount, ...firstReason(reviewed)].join(': ') }
}

function firstReason({ receipt }: Reviewed): string[] {
  const file = receipt.files.find(({ hunks }) => hunks.failed ?? hunks['over-budget'])
  return file?.reason === undefined ? [] : [file.reason]
}
