import type { Question } from '../../llm/model.ts'
import { fencedByBoundary } from '../boundary.ts'
import { findAnswer } from '../find-answer.ts'
import { wholeChangePrompt } from '../prompts/whole-change-prompt.ts'
import { renderIntent, type Intent } from '../verify/verify-question.ts'
import { readWholeChangeAnswer, wholeChangeAnswer } from './whole-change-answer.ts'

/** What a conversation about a whole change begins with. */
export interface WholeChangeMatter {
  readonly intent: Intent
  /** The change as it is shown, with tags. */
  readonly text: string
  /** Files of the change that are not shown, or not whole, and why. */
  readonly notShown: readonly { readonly path: string; readonly reason: string }[]
  /** What was found in single units, as titles by path. */
  readonly reported: readonly { readonly path: string; readonly title: string }[]
}

/** What came of one answer that asked for tools. */
export interface Step {
  /** What was asked for and what the files said, one text for each call. */
  readonly results: readonly string[]
  /** Titles of the findings of that answer. */
  readonly reported: readonly string[]
}

/** How many more answers may ask for tools, or why none may. */
export type LooksLeft = number | 'no files' | 'no more'

/** Of what is named in a question beside the hunks: the rest is counted. */
const MOST_NAMED = 100

/**
 * One step of a conversation, as a question of its own: it holds all that was said before (ADR 21), so that equal
 * conversations are equal questions to their end. What was there before stands first and unchanged, for the prompt
 * caches of providers. Nothing of the change, of the files, or of an answer stands outside of a boundary.
 */
export function wholeChangeQuestion(
  matter: WholeChangeMatter,
  steps: readonly Step[],
  left: LooksLeft,
): Question {
  const intended = renderIntent(matter.intent)
  const others = named(
    'Files of the change that are not shown:',
    matter.notShown.map(({ path, reason }) => `${JSON.stringify(path)}: ${reason}`),
  )
  const reported = named(
    'Reported already:',
    matter.reported.map(({ path, title }) => `${JSON.stringify(path)} ${JSON.stringify(title)}`),
  )
  const results = steps.map(renderStep)
  const change = fencedByBoundary([...intended, matter.text, ...others, ...reported].join('\n'))
  const mayLook = typeof left === 'number'
  return {
    purpose: 'whole-change',
    system: wholeChangePrompt.system,
    prompt: [change, ...results, closing(left)].join('\n\n'),
    parts: {
      "the author's words": intended.join('\n'),
      hunks: matter.text,
      'other files': others.join('\n'),
      'said already': reported.join('\n'),
      'results of tools': results.join('\n'),
    },
    answer: {
      name: mayLook ? 'findings_or_tool_calls' : 'findings',
      description: 'The defects that show across places of the change',
      schema: mayLook ? wholeChangeAnswer : findAnswer,
      accepts: (value) => readWholeChangeAnswer(value) !== undefined,
    },
    maxOutputTokens: 8_000,
    stakes: 'extra',
  }
}

/** Whether the answer may ask for tools, so that another question can follow. */
export function mayAskForTools({ answer }: Question): boolean {
  return answer.schema === wholeChangeAnswer
}

function closing(left: LooksLeft): string {
  switch (left) {
    case 'no files':
      return 'There are no tools this time. Report the defects that show across places: {"findings": [...]}.'
    case 'no more':
      return 'There are no more tool calls. Report the further defects that show across places: {"findings": [...]}.'
    default:
      return `Report the defects that show across places, or look first (${left} more ${left === 1 ? 'answer' : 'answers'} with tool_calls).`
  }
}

function renderStep({ results, reported }: Step): string {
  const said = reported.length > 0 ? ['Reported:', ...reported.map((title) => JSON.stringify(title))] : []
  return `Results of your tool calls:\n${fencedByBoundary([...results, ...said].join('\n'))}`
}

/** A list with its heading; nothing when it is empty. */
function named(heading: string, items: readonly string[]): string[] {
  if (items.length === 0) return []
  const left = items.length - MOST_NAMED
  return [heading, ...items.slice(0, MOST_NAMED), ...(left > 0 ? [`and ${left} more`] : [])]
}
