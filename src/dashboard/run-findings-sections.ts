import { dropWords } from '../review/drop-words.ts'
import type { Finding } from '../review/finding.ts'
import { fold } from './fold.ts'
import { count } from './format.ts'
import { html, type Html } from './html.ts'
import { sentence } from './plain-words.ts'
import type { RecordedComment, RunRecord } from './run-history.ts'

/** What was said, each with the text that stands on the pull request. */
export function commentsSection(record: RunRecord, pullRequestUrl: string): Html | undefined {
  const said = record.findings.filter(({ verdict }) => verdict.kind === 'posted')
  const comments = new Map(record.comments.map((comment) => [comment.findingId, comment]))
  if (said.length === 0) return undefined
  return html`<section>
    <h2>Said on the pull request</h2>
    ${said.map((finding) => saidFinding(finding, comments.get(finding.id), pullRequestUrl))}
  </section>`
}

function saidFinding(finding: Finding, comment: RecordedComment | undefined, pullRequestUrl: string): Html {
  const { explanation, replacement, verdict } = finding
  const link = comment?.githubId !== undefined && `${pullRequestUrl}#discussion_r${comment.githubId}`
  return html`<article class="finding">
    ${findingHeading(finding)}
    <p class="prose">${explanation}</p>
    ${secondLook(finding)}
    ${replacement !== undefined && replacement !== '' && html`<pre>${replacement}</pre>`}
    <p class="where">
      ${verdict.kind === 'posted' && verdict.place === 'summary' && 'In the summary. '} Found by
      ${finder(finding)}${link && html` · <a href="${link}">see it on GitHub</a>`}
    </p>
    ${comment && fold('As it was posted', html`<pre>${withoutMarkers(comment.body)}</pre>`, { open: false })}
  </article>`
}

/** What was found and not said, with the reason: nothing is dropped in silence. */
export function unsaidSection(findings: readonly Finding[]): Html | undefined {
  const unsaid = findings.filter(({ verdict }) => verdict.kind !== 'posted')
  if (unsaid.length === 0) return undefined
  return html`<section>
    <h2>Found, and left unsaid</h2>
    ${fold(`${count(unsaid.length, 'finding', 'findings')} with the reason`, unsaid.map(unsaidFinding), {
      open: unsaid.length <= 3,
    })}
  </section>`
}

function unsaidFinding(finding: Finding): Html {
  return html`<article class="finding unsaid">
    ${findingHeading(finding)}
    <p>${unsaidReason(finding)}</p>
    <p class="prose">${finding.explanation}</p>
    ${secondLook(finding)}
    <p class="where">Found by ${finder(finding)}</p>
  </article>`
}

function unsaidReason({ verdict }: Finding): string {
  if (verdict.kind === 'merged') return 'Another finding says the same.'
  if (verdict.kind === 'posted') return ''
  return sentence(dropWords(verdict.reason) + (verdict.detail === '' ? '' : `: ${verdict.detail}`))
}

/** What a second look made of it, where there was one; a reason that the verdict tells already is not told twice. */
function secondLook({ verification, verdict, severity, worth }: Finding): Html | undefined {
  if (!verification) return undefined
  const { model, certainty, claimed, reason } = verification
  const who = model === undefined ? '' : ` by ${model}`
  const sure = certainty === undefined ? '' : `, ${Math.round(certainty * 100)} % certain that it fails`
  const rated = claimed === severity ? '' : `, and rated ${severity} instead of ${claimed}`
  const compared =
    worth !== undefined && ` Beside the others: ${Math.round(worth * 100)} % that it is worth a change.`
  const isTold = verdict.kind === 'dropped' && verdict.detail === reason
  return html`<p class="where">
    Second look:
    ${verification.verdict}${who}${sure}${rated}.${!isTold && reason !== '' && ` ${sentence(reason)}`}${compared}
  </p>`
}

function findingHeading({ title, severity, category, path, anchor }: Finding): Html {
  const lines =
    anchor && (anchor.startLine === anchor.endLine ? anchor.endLine : `${anchor.startLine}–${anchor.endLine}`)
  return html`<h3>${title}</h3>
    <p class="where">
      <span class="severity ${severity}">${severity}</span> ${category} in
      <code>${path}${lines !== undefined && `:${lines}`}</code
      >${anchor?.side === 'LEFT' && ' (before the change)'}
    </p>`
}

function finder({ source, confidence }: Finding): string {
  if (source.kind === 'analyser') return `${source.analyser} (${source.rule})`
  const across = source.pass === 'whole-change' ? ', across the change' : ''
  return `${source.model}${across}, ${Math.round(confidence * 100)} % certain`
}

/** What GitHub hides are our markers, by which a review is found again: nothing to read. */
function withoutMarkers(body: string): string {
  return body.replaceAll(/<!--[^]*?-->/g, '').trim()
}
