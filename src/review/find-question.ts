import type { TaggedHunks } from '../diff/line-tags.ts'
import type { Question } from '../llm/model.ts'
import { fencedByBoundary } from './boundary.ts'
import { describeFile } from './describe-file.ts'
import { fileRole } from './file-role.ts'
import { findAnswer, readFindAnswer } from './find-answer.ts'
import { findPrompt } from './prompts/find-prompt.ts'
import type { Unit } from './units.ts'

/**
 * The question for one unit. It holds nothing volatile: no commit ids, times, line numbers, or other files; and nothing
 * from the pull request outside of the boundary, which a text cannot know because it is made from that text.
 *
 * `context` is what the unit should be read with, as text; `said` the titles of what an answer that was cut off had
 * said already: only the rest is asked for then.
 */
export function findQuestion(
  unit: Unit,
  tagged: TaggedHunks,
  { context = '', said = [] }: { readonly context?: string; readonly said?: readonly string[] } = {},
): Question {
  const hunks = renderHunks(tagged)
  const parts = [describeFile(unit.file), ...hunks]
  if (context !== '') parts.push(context)
  // As JSON: the titles come from a model that read the change, and each stays one line.
  if (said.length > 0) parts.push('Reported already:', ...said.map((title) => JSON.stringify(title)))
  const rest = said.length > 0 ? ' that were not reported already' : ''
  return {
    purpose: 'find',
    system: findPrompt.system,
    prompt: `${fencedByBoundary(parts.join('\n'))}\n\nReport its defects${rest}.`,
    parts: {
      hunks: [describeFile(unit.file), ...hunks].join('\n'),
      context,
      'said already': said.join('\n'),
    },
    answer: {
      name: 'findings',
      description: 'The defects of the change',
      schema: findAnswer,
      accepts: isFindAnswer,
    },
    maxOutputTokens: 8_000,
    stakes: fileRole(unit.path) === 'source' ? 'high' : 'low',
  }
}

function isFindAnswer(value: unknown): boolean {
  return readFindAnswer(value) !== undefined
}

/** Each hunk with the tags by which its lines are cited. */
export function renderHunks(tagged: TaggedHunks): string[] {
  return tagged.hunks.map(({ heading, lines }) => {
    const shown = lines.map(({ tag, line }) => `${tag}|${SIGN[line.kind]}${line.text}`)
    return [`@@ ${heading}`.trimEnd(), ...shown].join('\n')
  })
}

const SIGN = { added: '+', removed: '-', context: ' ' } as const
