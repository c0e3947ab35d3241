import type { Question } from '../../llm/model.ts'
import { fencedByBoundary } from '../boundary.ts'
import type { Examined } from '../judge/policy.ts'
import { comparePrompt } from '../prompts/compare-prompt.ts'
import { renderIntent, type Intent } from '../verify/verify-question.ts'
import { compareAnswer, readCompareAnswer } from './compare-answer.ts'

/** Characters of a claim, and of what a second look said of it, that are shown. */
const MOST_CLAIM = 500
const MOST_REASON = 300

/** The question in which the claims of a whole review, numbered from 1 in their order, are compared. It shows no code. */
export function compareQuestion(claims: readonly Examined[], intent: Intent): Question {
  const intended = renderIntent(intent)
  const claimed = ['Claims:', ...claims.map((claim, index) => renderClaim(claim, index + 1))]
  return {
    purpose: 'compare',
    system: comparePrompt.system,
    prompt: `${fencedByBoundary([...intended, ...claimed].join('\n'))}\n\nCompare the claims from 1 to ${claims.length}.`,
    parts: { "the author's words": intended.join('\n'), claims: claimed.join('\n') },
    answer: {
      name: 'comparison',
      description: 'What each claim is worth, and which have the same cause',
      schema: compareAnswer,
      accepts: (value) => readCompareAnswer(value).length > 0,
    },
    maxOutputTokens: 4_000,
    stakes: 'least',
  }
}

/** As JSON: the words come from models that read the change, and stay one line. */
function renderClaim({ candidate, look }: Examined, number: number): string {
  const { path, title, explanation } = candidate
  const reason = look?.verification.reason ?? ''
  const said = [cut(`${title}: ${explanation}`, MOST_CLAIM), cut(reason, MOST_REASON)]
  return `${number}. ${JSON.stringify(path)} ${said
    .filter((text) => text !== '')
    .map((text) => JSON.stringify(text))
    .join(' – ')}`
}

function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length)}…` : text
}
