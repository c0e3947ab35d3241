import type { Anchor, FileDiff } from '../diff/file-diff.ts'
import { linesOf } from '../diff/lines-of.ts'
import type { TaggedHunks } from '../diff/line-tags.ts'
import type { CitedFinding } from './find-answer.ts'
import type { Candidate, DropReason } from './finding.ts'

/** How far from the cited lines the quoted evidence may stand: models often cite one line and quote the next. */
const NEARBY_LINES = 3

export type Grounding =
  | { readonly kind: 'grounded'; readonly anchor: Anchor }
  | {
      readonly kind: 'dropped'
      readonly reason: DropReason
      readonly detail: string
      readonly anchor?: Anchor
    }

/** A candidate with what grounding said of it; analysers' candidates are grounded by their rule. */
export interface GroundedCandidate {
  readonly candidate: Candidate
  readonly grounding: Grounding
}

/** Whether a citation stands: its tags resolve to lines of the diff, and the quote stands there. */
export function ground(cited: CitedFinding, tagged: TaggedHunks, file: FileDiff): Grounding {
  const range = tagged.resolveRange(cited.startTag, cited.endTag)
  if (range.kind === 'unresolved') {
    const cite = `${cited.startTag} to ${cited.endTag}`
    return { kind: 'dropped', reason: 'unresolved-tags', detail: `${cite}: ${REFUSALS[range.reason]}` }
  }
  const { anchor } = range
  const missing = missingQuote(cited.evidence, anchor, file, tagged)
  if (missing !== undefined) {
    return { kind: 'dropped', reason: 'quote-missing', detail: `not on the cited lines: ${missing}`, anchor }
  }
  return { kind: 'grounded', anchor }
}

const REFUSALS = {
  'unknown-tag': 'no line has such a tag',
  'different-hunks': 'the tags stand in different hunks',
  'mixed-sides': 'an added and a removed line have no side in common',
} as const

/** The first line of the quote that does not stand near the anchor; undefined when all do. An empty quote proves nothing. */
function missingQuote(
  evidence: string,
  anchor: Anchor,
  file: FileDiff,
  tagged: TaggedHunks,
): string | undefined {
  const quoted = evidence
    .split('\n')
    .map((line) => fold(withoutTag(line, tagged)))
    .filter((line) => withoutSign(line) !== '')
  if (quoted.length === 0) return '(nothing was quoted)'
  const standing = linesOf(file, {
    side: anchor.side,
    startLine: anchor.startLine - NEARBY_LINES,
    endLine: anchor.endLine + NEARBY_LINES,
  })
    .map(({ text }) => fold(text))
    .filter(Boolean)
  if (standing.join(' ').includes(quoted.map(withoutSign).join(' '))) return undefined
  return quoted.find(
    (line) => !standing.some((text) => text.includes(line) || text.includes(withoutSign(line))),
  )
}

/** White space is not evidence: models change it. */
function fold(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim()
}

/** Models copy the tag of a line now and then, though they were told not to. */
function withoutTag(line: string, tagged: TaggedHunks): string {
  const [copied, tag] = /^\s*(\w+)\|/.exec(line) ?? []
  return copied !== undefined && tag !== undefined && tagged.resolve(tag) ? line.slice(copied.length) : line
}

/** And its sign; but a line may begin with such a sign of its own. */
function withoutSign(line: string): string {
  return line.replace(/^[+-] ?/, '')
}
