import type { InlineComment } from '../github/github.ts'
import type { Finding } from './finding.ts'
import { clamp, fenced, inlineCode, plain, plainParagraphs } from './markdown.ts'
import { isWhole, type Receipt } from './receipt.ts'
import { checkConclusion, count, renderCoverage, renderReader, renderReceipt } from './render-receipt.ts'

/** GitHub takes more, but nobody reads more. */
const MAX_INLINE_COMMENTS = 30

export interface ComposedComment extends InlineComment {
  readonly findingId: string
}

/** Everything that a review says on the pull request, without markers. */
export interface ComposedReview {
  readonly comments: readonly ComposedComment[]
  /** Of the review that carries the comments; not needed when there are none. */
  readonly body: string
  readonly checkRun: {
    readonly conclusion: 'success' | 'neutral' | 'failure' | 'skipped'
    readonly title: string
    readonly summary: string
  }
  /** The summary comment: what found no place inline, and what was not read. */
  readonly summary: string
  /** Whether there is anything in the summary that a reader would miss elsewhere. */
  readonly needsSummary: boolean
}

/** Puts a decided review into words. Pure: the same findings and receipt give the same words. */
export function composeReview(findings: readonly Finding[], receipt: Receipt): ComposedReview {
  const inline = findings.filter(({ verdict }) => verdict.kind === 'posted' && verdict.place === 'inline')
  const comments = inline.slice(0, MAX_INLINE_COMMENTS).flatMap((finding) =>
    finding.anchor
      ? [
          {
            findingId: finding.id,
            path: finding.path,
            anchor: finding.anchor,
            body: renderFinding(finding),
          },
        ]
      : [],
  )
  const saidInline = new Set(comments.map(({ findingId }) => findingId))
  const folded = findings.filter(({ id, verdict }) => verdict.kind === 'posted' && !saidInline.has(id))
  const earlier = findings.filter(
    ({ verdict }) => verdict.kind === 'dropped' && verdict.reason === 'already-said',
  ).length
  const title = renderTitle(receipt, comments.length + folded.length, earlier)
  return {
    comments,
    body: [`${title}.`, ...(receipt.reader.model === undefined ? [renderReader(receipt)] : [])].join(' '),
    checkRun: {
      conclusion: checkConclusion(receipt, comments.length + folded.length + earlier),
      title,
      summary: clamp([...renderFolded(folded), renderReceipt(receipt)].join('\n\n')),
    },
    summary: clamp(
      [`**Lorgnette**: ${title}.`, ...renderFolded(folded), renderReceipt(receipt)].join('\n\n'),
    ),
    needsSummary:
      folded.length > 0 ||
      (receipt.outcome === 'reviewed' && !isWhole(receipt)) ||
      receipt.outcome === 'failed',
  }
}

/**
 * The same review with some inline findings moved to the summary: GitHub refused their lines. They stay said, and what
 * was not to be said stays unsaid.
 */
export function moveToSummary(
  findings: readonly Finding[],
  refused: ReadonlySet<string>,
): readonly Finding[] {
  return findings.map((finding) =>
    refused.has(finding.id) && finding.verdict.kind === 'posted'
      ? { ...finding, verdict: { kind: 'posted', place: 'summary' } }
      : finding,
  )
}

function renderTitle(receipt: Receipt, found: number, earlier: number): string {
  if (receipt.outcome === 'failed') return `Could not review: ${plain(receipt.reason ?? 'unknown reason')}`
  if (receipt.outcome !== 'reviewed') return `Not reviewed: ${plain(receipt.reason ?? receipt.outcome)}`
  const problems = found === 0 ? 'No new problems found' : `${count(found, 'problem')} found`
  const open = earlier === 0 ? '' : `, ${earlier} said earlier still there`
  return `${found === 0 && earlier === 0 ? 'No problems found' : problems}${open}, ${renderCoverage(receipt)}`
}

function renderFinding(finding: Finding): string {
  const { title, severity, category, explanation, replacement, source } = finding
  const parts = [`**${plain(title)}** (${severity}, ${category})`, plainParagraphs(explanation)]
  if (replacement !== undefined) parts.push(fenced('suggestion', replacement))
  if (source.kind === 'analyser') parts.push(`Found by ${source.analyser} ${inlineCode(source.rule)}.`)
  return clamp(parts.join('\n\n'))
}

function renderFolded(findings: readonly Finding[]): string[] {
  if (findings.length === 0) return []
  const items = findings.map(({ path, anchor, title, severity, explanation }) => {
    const place = anchor ? `${path}:${anchor.startLine}` : path
    return `- ${inlineCode(place)} **${plain(title)}** (${severity}): ${plainParagraphs(explanation).replaceAll('\n\n', ' ')}`
  })
  return [`Further findings:\n\n${items.join('\n')}`]
}
