import { createHash } from 'node:crypto'
import { canonicalJson } from '../base/json.ts'
import type { CommitId, RepositoryName } from './github.ts'

/**
 * Names the one review of a head of a pull request: an HTML comment that readers do not see. Every attempt has the
 * same marker, so that whoever comes later finds what an earlier one posted (I3). Names of repositories differ by more
 * than case on GitHub, so case is left out.
 */
export function reviewMarker(review: {
  readonly repository: RepositoryName
  readonly pullRequest: number
  readonly head: CommitId
  /** Another base is another change. */
  readonly baseBranch: string
}): string {
  const { repository, pullRequest, head, baseBranch } = review
  return marker('review', [repository.toLowerCase(), pullRequest, head, baseBranch])
}

/** Names the one summary of a pull request: it is edited in place, whatever the head is. */
export function summaryMarker(summary: {
  readonly repository: RepositoryName
  readonly pullRequest: number
}): string {
  return marker('summary', [summary.repository.toLowerCase(), summary.pullRequest])
}

/** The body with the marker as its last line. */
export function withMarker(body: string, marker: string): string {
  return `${body.trimEnd()}\n\n${marker}`.trimStart()
}

/**
 * Whether the body ends with the marker. Anywhere else does not count: a review may quote text of a stranger who put
 * the marker of his next head there, to make us believe that it was reviewed.
 */
export function hasMarker(body: string, marker: string): boolean {
  return body.trimEnd().split(/\r?\n/).at(-1) === marker
}

/** Hashed, because a branch may be called `-->`. */
function marker(kind: 'review' | 'summary', parts: readonly (string | number)[]): string {
  const hash = createHash('sha256').update(canonicalJson(parts)).digest('hex')
  return `<!-- lorgnette:${kind}:${hash} -->`
}
