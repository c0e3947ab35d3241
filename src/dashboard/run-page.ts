import { sumSpent } from '../budget/spent.ts'
import { figure } from './figure.ts'
import { count, duration, number, timeTag } from './format.ts'
import { html, type Html } from './html.ts'
import { layout } from './layout.ts'
import { stateSentence, stateWords } from './plain-words.ts'
import { deliveriesSection, modelCallsSection, timelineSection } from './run-record-sections.ts'
import { commentsSection, unsaidSection } from './run-findings-sections.ts'
import { receiptSection } from './run-receipt-section.ts'
import type { RecordedRun, RunRecord } from './run-history.ts'

/** One run: what was said, what was read, what was dropped, and how it went. */
export function runPage(record: RunRecord, githubUrl: string): Html {
  const { run } = record
  const pullRequestUrl = `${githubUrl}/${run.repository}/pull/${run.pullRequest}`
  return layout(
    `${run.repository}#${run.pullRequest}`,
    html`<p class="back"><a href="/">← Recent reviews</a></p>
      <h1>${run.title || 'Untitled'}</h1>
      <p class="where">
        <a href="${pullRequestUrl}">${run.repository}#${run.pullRequest}</a> by ${run.author}, head
        <a href="${`${githubUrl}/${run.repository}/commit/${run.head}`}"
          ><code>${run.head.slice(0, 7)}</code></a
        >
        onto
        <code>${run.baseBranch}</code>
      </p>
      <p class="verdict ${run.state}">
        <span class="state ${run.state}">${stateWords[run.state]}</span> ${stateSentence(run)}
      </p>
      ${figures(record)} ${commentsSection(record, pullRequestUrl)} ${receiptSection(record.receipt)}
      ${unsaidSection(record.findings)} ${timelineSection(record)} ${modelCallsSection(record.calls)}
      ${deliveriesSection(record.deliveries)}`,
  )
}

/** The page for an id that no run has. */
export function noSuchRunPage(): Html {
  return layout(
    'No such review',
    html`<h1>There is no such review</h1>
      <p>The address may be mistyped. <a href="/">Recent reviews</a> lists what there is.</p>`,
  )
}

function figures({ run, receipt, calls }: RunRecord): Html {
  const hunks = receipt && Object.values(receipt.hunks).reduce((sum, some) => sum + some, 0)
  const { paid, saved } = sumSpent(calls).tokens
  const read = receipt && receipt.hunks.read + receipt.hunks['from-cache']
  return html`<dl class="figures">
    ${run.findings && figure('Said', count(run.findings.posted, 'finding', 'findings'))}
    ${run.findings && figure('Left unsaid', number(run.findings.dropped + run.findings.merged))}
    ${hunks !== undefined && figure('Hunks read', `${number(read ?? 0)} of ${number(hunks)}`)}
    ${figure('Took', took(run))} ${calls.length > 0 && figure('Tokens', number(paid))}
    ${saved > 0 && figure('Tokens saved', number(saved))}
    ${figure('Began', timeTag(run.startedAt ?? run.createdAt))}
  </dl>`
}

function took({ startedAt, endedAt }: RecordedRun): string {
  if (!startedAt) return 'not begun'
  return endedAt ? duration(endedAt.getTime() - startedAt.getTime()) : 'under way'
}
