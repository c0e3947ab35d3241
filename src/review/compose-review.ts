import type { InlineComment } from '../github/github.ts'
import { count } from './count.ts'
import type { Finding } from './finding.ts'
import { boundedList, clamp, fenced, inlineCode, MAX_BODY_BYTES } from './markdown.ts'
import { oneLine, plain, plainParagraphs } from './plain-text.ts'
import { isWhole, type Receipt } from './receipt.ts'
import { checkConclusion, renderCoverage, renderReader, renderReceipt } from './render-receipt.ts'

/** GitHub takes more, but nobody reads more. */
const MAX_INLINE_COMMENTS = 30

/** In characters: more of a path, or of the title of a finding, is cut. */
const MAX_NAME = 300
const MAX_HEADLINE = 600
/** GitHub does not tell its limit for the title of a check run; those of its other titles are 255 characters. */
const MAX_CHECK_TITLE = 200
/** Places of one problem that are named; the rest is counted. */
const MAX_OTHER_PLACES = 5
/** Bytes for the words around the lists. */
const AROUND_LISTS = 500

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
            body: renderFinding(finding, otherPlaces(finding, findings)),
          },
        ]
      : [],
  )
  const saidInline = new Set(comments.map(({ findingId }) => findingId))
  const folded = findings.filter(({ id, verdict }) => verdict.kind === 'posted' && !saidInline.has(id))
  const earlier = findings.filter(
    ({ verdict }) => verdict.kind === 'dropped' && verdict.reason === 'already-said',
  ).length
  const found = comments.length + folded.length
  const title = renderTitle(receipt, found, earlier)
  const headline = `${plain(oneLine(title, MAX_HEADLINE))}.`
  const read = renderReceipt(receipt)
  const further = renderFolded(
    folded,
    findings,
    MAX_BODY_BYTES - Buffer.byteLength(headline + read) - AROUND_LISTS,
  )
  return {
    comments,
    body: receipt.reader.model === undefined ? `${headline} ${renderReader(receipt)}` : headline,
    checkRun: {
      conclusion: checkConclusion(receipt, found + earlier),
      title: oneLine(title, MAX_CHECK_TITLE),
      summary: clamp([...further, read].join('\n\n')),
    },
    summary: clamp([`**Lorgnette**: ${headline}`, ...further, read].join('\n\n')),
    needsSummary:
      folded.length > 0 ||
      (receipt.outcome === 'reviewed' &&
        (!isWhole(receipt) || receipt.notes !== undefined || isWholeChangeOwed(receipt))) ||
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

/** Whether a reading as a whole was due, and nobody can say what it would have found. */
function isWholeChangeOwed({ wholeChange }: Receipt): boolean {
  return wholeChange?.outcome === 'failed' || wholeChange?.outcome === 'left-out'
}

/** Bare text, without a stop at its end. */
function renderTitle(receipt: Receipt, found: number, earlier: number): string {
  const reason = receipt.reason?.replace(/\.+$/, '')
  if (receipt.outcome === 'failed') return `Could not review: ${reason ?? 'unknown reason'}`
  if (receipt.outcome !== 'reviewed') return `Not reviewed: ${reason ?? receipt.outcome}`
  const problems = found === 0 ? 'No new problems found' : `${count(found, 'problem')} found`
  const open = earlier === 0 ? '' : `, ${earlier} said earlier still there`
  return `${found === 0 && earlier === 0 ? 'No problems found' : problems}${open}, ${renderCoverage(receipt)}`
}

/** Where else the same problem stands: the places of what was merged into it, but not its own lines. */
function otherPlaces({ id, path, anchor }: Finding, findings: readonly Finding[]): readonly string[] {
  const places = findings.flatMap((other) => {
    if (other.verdict.kind !== 'merged' || other.verdict.into !== id || !other.anchor) return []
    const isHere =
      other.path === path &&
      anchor?.side === other.anchor.side &&
      other.anchor.startLine <= anchor.endLine &&
      anchor.startLine <= other.anchor.endLine
    return isHere ? [] : [placeOf(other)]
  })
  return [...new Set(places)].sort()
}

function renderOtherPlaces(places: readonly string[]): string[] {
  if (places.length === 0) return []
  const named = places.slice(0, MAX_OTHER_PLACES).map(inlineCode).join(', ')
  const left = places.length - MAX_OTHER_PLACES
  return [`The same at ${named}${left > 0 ? ` and ${count(left, 'further place')}` : ''}.`]
}

/** For people: a path with its first line, where that is known. */
function placeOf({ path, anchor }: Finding): string {
  return oneLine(path, MAX_NAME) + (anchor ? `:${anchor.startLine}` : '')
}

function renderFinding(finding: Finding, others: readonly string[]): string {
  const { severity, category, explanation, source } = finding
  const parts = [
    `${renderName(finding)} (${severity}, ${category})`,
    plainParagraphs(explanation),
    ...renderOtherPlaces(others),
  ]
  const by = source.kind === 'analyser' ? [`Found by ${source.analyser} ${inlineCode(source.rule)}.`] : []
  const whole = [...parts, ...renderReplacement(finding), ...by].join('\n\n')
  // Half a suggestion would be applied as if it were whole.
  return clamp(Buffer.byteLength(whole) > MAX_BODY_BYTES ? [...parts, ...by].join('\n\n') : whole)
}

/** A suggestion that GitHub can apply, or, where it could break something, text that a person has to take over. */
function renderReplacement({ replacement, replacementFault }: Finding): string[] {
  if (replacement === undefined) return []
  if (replacementFault === undefined) return [fenced('suggestion', replacement)]
  return [
    `Perhaps like this (no suggestion to apply: ${plain(replacementFault)}):`,
    fenced('text', replacement),
  ]
}

function renderFolded(folded: readonly Finding[], all: readonly Finding[], room: number): string[] {
  if (folded.length === 0) return []
  const items = folded.map((finding) => {
    const { severity, explanation } = finding
    const said = `${renderName(finding)} (${severity}): ${plain(explanation)}`
    return [inlineCode(placeOf(finding)), said, ...renderOtherPlaces(otherPlaces(finding, all))].join(' ')
  })
  const list = boundedList(
    items,
    { bytes: room },
    (rest) => `and ${count(rest, 'further finding')} left out: GitHub takes no longer text`,
  )
  return [`Further findings:\n\n${list}`]
}

function renderName({ title }: Finding): string {
  return `**${plain(oneLine(title, MAX_NAME)) || 'A problem'}**`
}
