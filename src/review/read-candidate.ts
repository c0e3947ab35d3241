import type { FileDiff } from '../diff/file-diff.ts'
import type { TaggedHunks } from '../diff/line-tags.ts'
import type { ReadFinding } from './find-answer.ts'
import type { Candidate } from './finding.ts'
import { ground, type GroundedCandidate } from './ground.ts'
import { usableReplacement } from './suggestion.ts'

/** What an entry of an answer is read with. */
export interface CitedFrom extends Pick<Candidate, 'id' | 'source'> {
  /** The file that its tags stand in. */
  readonly file: FileDiff
  /** The hunks as the question showed them. */
  readonly tagged: TaggedHunks
}

/** The candidate that an entry of an answer means, grounded; one that cannot be read is a candidate that is dropped. */
export function readCandidate(
  entry: ReadFinding,
  { id, source, file, tagged }: CitedFrom,
): GroundedCandidate {
  const origin = { id, source, path: file.path }
  if (entry.kind === 'unreadable') {
    const candidate: Candidate = {
      ...origin,
      severity: 'low',
      category: 'other',
      title: 'An entry of the answer that could not be read',
      explanation: entry.problem,
      evidence: '',
      confidence: 0,
    }
    return { candidate, grounding: { kind: 'dropped', reason: 'unreadable', detail: entry.problem } }
  }
  const { startTag: _start, endTag: _end, replacement, ...said } = entry.finding
  const grounding = ground(entry.finding, tagged, file)
  const { anchor } = grounding
  const usable = anchor && usableReplacement(replacement, anchor, file)
  const candidate: Candidate = {
    ...origin,
    ...said,
    ...(anchor && { anchor }),
    ...(usable !== undefined && { replacement: usable }),
  }
  return { candidate, grounding }
}
