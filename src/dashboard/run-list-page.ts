import { agoTag, count, duration } from './format.ts'
import { html, type Html } from './html.ts'
import { layout } from './layout.ts'
import { stateWords } from './plain-words.ts'
import type { RecordedRun } from './run-history.ts'

export interface RunListPage {
  readonly runs: readonly RecordedRun[]
  /** Whether there are older runs than these. */
  readonly more: boolean
  /** Whether this is the first page. */
  readonly newest: boolean
  readonly now: Date
  /** Where GitHub's deliveries go, as far as this server knows its own address. */
  readonly webhookUrl: string
}

/** The recent runs, newest first. */
export function runListPage(page: RunListPage): Html {
  const last = page.runs.at(-1)
  return layout(
    'Recent reviews',
    html`<h1>Recent reviews</h1>
      ${last ? runTable(page) : page.newest ? firstSteps(page.webhookUrl) : html`<p>There are no older ones.</p>`}
      <nav class="pages" aria-label="Pages">
        ${!page.newest && html`<a href="/">← Newest</a>`}
        ${page.more && last && html`<a href="${`/?before=${encodeURIComponent(last.id)}`}">Older →</a>`}
      </nav>`,
  )
}

function runTable({ runs, now }: RunListPage): Html {
  return html`<table class="runs" role="table">
    <thead role="rowgroup">
      <tr role="row">
        <th role="columnheader" scope="col">Pull request</th>
        <th role="columnheader" scope="col">State</th>
        <th role="columnheader" scope="col">Said</th>
        <th role="columnheader" scope="col" class="wide">Took</th>
        <th role="columnheader" scope="col">When</th>
      </tr>
    </thead>
    <tbody role="rowgroup">
      ${runs.map((run) => runRow(run, now))}
    </tbody>
  </table>`
}

function runRow(run: RecordedRun, now: Date): Html {
  return html`<tr role="row">
    <th role="rowheader" scope="row">
      <a class="title" href="${`/runs/${encodeURIComponent(run.id)}`}">${run.title || 'Untitled'}</a>
      <span class="where"
        >${run.repository}#${run.pullRequest}
        <span class="wide">at <code>${run.head.slice(0, 7)}</code></span></span
      >
      ${run.state === 'failed' && html`<span class="why">${run.reason}</span>`}
    </th>
    <td role="cell"><span class="state ${run.state}">${stateWords[run.state]}</span></td>
    <td role="cell">${said(run)}</td>
    <td role="cell" class="wide">${took(run)}</td>
    <td role="cell">${agoTag(run.createdAt, now)}</td>
  </tr>`
}

function said({ findings, state }: RecordedRun): string {
  if (!findings || state !== 'completed') return '–'
  return findings.posted === 0 ? 'nothing' : count(findings.posted, 'finding', 'findings')
}

function took({ startedAt, endedAt }: RecordedRun): string {
  return startedAt && endedAt ? duration(endedAt.getTime() - startedAt.getTime()) : '–'
}

function firstSteps(webhookUrl: string): Html {
  return html`<section class="empty">
    <h2>Nothing has been reviewed yet</h2>
    <p>A review appears here as soon as GitHub tells of a pull request.</p>
    <ol>
      <li>
        In the settings of your GitHub App, or of a repository under <em>Webhooks</em>, set the payload URL to
        where GitHub reaches <code>${webhookUrl}</code>, and the content type to
        <code>application/json</code>.
      </li>
      <li>Give it the secret that <code>GITHUB_WEBHOOK_SECRET</code> has here.</li>
      <li>Let it send <em>Pull requests</em>, then open one.</li>
    </ol>
    <p>Does it stay quiet? <code>npx lorgnette doctor</code> checks each part and says how to mend it.</p>
  </section>`
}
