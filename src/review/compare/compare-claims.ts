import { compareText } from '../../base/compare-text.ts'
import { PermanentError } from '../../base/errors.ts'
import { completeEntries } from '../../llm/complete-entries.ts'
import { ContextTooLongError } from '../../llm/context-too-long-error.ts'
import type { Question } from '../../llm/model.ts'
import { OverBudgetError } from '../../llm/over-budget-error.ts'
import { UnusableAnswerError } from '../../llm/unusable-answer-error.ts'
import type { Asker } from '../asker.ts'
import { decide, type Examined } from '../judge/policy.ts'
import { compareByHarm } from '../judge/rank.ts'
import type { ReviewSettings } from '../review-settings.ts'
import type { Intent } from '../verify/verify-question.ts'
import { readCompareAnswer } from './compare-answer.ts'
import { compareQuestion } from './compare-question.ts'

/** More claims than these are not compared: no review says as many. */
const MOST_CLAIMS = 40

export interface Compared {
  /** The same candidates in the same order; those that were compared have what came of it. */
  readonly examined: readonly Examined[]
  /** How many claims were compared; 0 where there were no two to compare. */
  readonly claims: number
  /** Why there is no comparison, or none of some, though there were claims. */
  readonly problem?: string
  /** The problem is that money was short. */
  readonly isOverBudget?: true
}

/**
 * Compares all claims of models that would be said, in one question: which have one cause, and which are worth a comment.
 * Each was judged alone before, by whoever saw its unit; only here are they seen side by side. Where the question cannot be
 * asked, is refused, or gets no answer that can be read, each stands by its second look. Errors that concern the whole run
 * (limits, outages, a wrong key) are thrown.
 */
export async function compareClaims(
  examined: readonly Examined[],
  { asker, intent, settings }: { asker: Asker; intent: Intent; settings: ReviewSettings },
): Promise<Compared> {
  const claims = examined
    .filter((one) => one.candidate.source.kind === 'model' && mayBeSaid(one, settings))
    .toSorted((a, b) => compareByHarm(a, b))
    .slice(0, MOST_CLAIMS)
    .toSorted(byWords)
  if (claims.length < 2) return { examined, claims: 0 }
  const { value, ...trouble } = await askOnce(compareQuestion(claims, intent), asker)
  const said = new Map(
    readCompareAnswer(value).flatMap(({ claim, worth, sameAs }) => {
      const id = claims[claim - 1]?.candidate.id
      const twin = sameAs === undefined ? undefined : claims[sameAs - 1]?.candidate.id
      return id === undefined ? [] : [[id, { worth, ...(twin !== undefined && { sameAs: twin }) }]]
    }),
  )
  const compared = examined.map((one) => {
    const comparison = said.get(one.candidate.id)
    return comparison ? { ...one, comparison } : one
  })
  return { examined: compared, claims: claims.length, ...trouble }
}

/** The value of an answer, or what there is of it and why there is no more. */
async function askOnce(
  question: Question,
  asker: Asker,
): Promise<Pick<Compared, 'problem' | 'isOverBudget'> & { readonly value: unknown }> {
  try {
    return { value: (await asker.ask(question)).value }
  } catch (error) {
    if (error instanceof UnusableAnswerError)
      return { value: completeEntries(error.text), problem: `the answer was ${error.problem}` }
    if (error instanceof ContextTooLongError) return { value: undefined, problem: 'too long for the model' }
    if (error instanceof OverBudgetError)
      return { value: undefined, problem: error.message, isOverBudget: true }
    // This question alone was refused: those before it were answered.
    if (error instanceof PermanentError) return { value: undefined, problem: error.message }
    throw error
  }
}

/** Whether it would be said if it were worth it. */
function mayBeSaid(one: Examined, settings: ReviewSettings): boolean {
  return decide({ ...one, comparison: { worth: 1 } }, settings).kind === 'say'
}

/** By what they say, not by where they stand: the same claims make the same question after a push. */
function byWords({ candidate: a }: Examined, { candidate: b }: Examined): number {
  return (
    compareText(a.path, b.path) || compareText(a.title, b.title) || compareText(a.explanation, b.explanation)
  )
}
