import type { IdSource } from '../base/ids.ts'
import { tagLines, type TaggedHunks } from '../diff/line-tags.ts'
import { ContextTooLongError } from '../llm/context-too-long-error.ts'
import type { Answer, Question } from '../llm/model.ts'
import { UnusableAnswerError } from '../llm/unusable-answer-error.ts'
import { readFindAnswer, type ReadFinding } from './find-answer.ts'
import { findQuestion } from './find-question.ts'
import type { Candidate } from './finding.ts'
import { ground } from './ground.ts'
import type { GroundedCandidate } from './judge.ts'
import { usableReplacement } from './suggestion.ts'
import type { Unit } from './units.ts'

export type UnitOutcome =
  | {
      readonly kind: 'read'
      readonly candidates: readonly GroundedCandidate[]
      /** `cache` when nothing was paid for the whole unit. */
      readonly source: Answer['source']
    }
  /** The unit's hunks were not read. */
  | { readonly kind: 'failed'; readonly reason: string }

/**
 * Asks a model for the problems of one unit. An answer that cannot be used fails this unit alone; every other error
 * (limits, outages, a wrong key) concerns the whole run and is thrown.
 */
export async function findInUnit(
  unit: Unit,
  ask: (question: Question) => Promise<Answer>,
  newId: IdSource,
): Promise<UnitOutcome> {
  const tagged = tagLines(unit.hunks)
  try {
    const answer = await ask(findQuestion(unit, tagged))
    const entries = readFindAnswer(answer.value)
    if (!entries) return { kind: 'failed', reason: 'the model answered without a list of findings' }
    return {
      kind: 'read',
      source: answer.source,
      candidates: entries.map((entry) => readCandidate(entry, unit, tagged, answer.model, newId())),
    }
  } catch (error) {
    if (error instanceof UnusableAnswerError)
      return { kind: 'failed', reason: `the answer was ${error.problem}` }
    if (error instanceof ContextTooLongError) return { kind: 'failed', reason: 'too long for the model' }
    throw error
  }
}

function readCandidate(
  entry: ReadFinding,
  unit: Unit,
  tagged: TaggedHunks,
  model: string,
  id: string,
): GroundedCandidate {
  const origin = { id, source: { kind: 'model', model }, path: unit.path } as const
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
  const grounding = ground(entry.finding, tagged, unit.file)
  const { anchor } = grounding
  const usable = anchor && usableReplacement(replacement, anchor, unit.file)
  const candidate: Candidate = {
    ...origin,
    ...said,
    ...(anchor && { anchor }),
    ...(usable !== undefined && { replacement: usable }),
  }
  return { candidate, grounding }
}
