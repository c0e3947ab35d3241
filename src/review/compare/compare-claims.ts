import { compareText } from '../../base/compare-text.ts'
import { ContextTooLongError } from '../../llm/context-too-long-error.ts'
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
  /** Why there is no comparison though there were claims. */
  readonly problem?: string
}

/**
 * Compares all claims of models that would be said, in one question: which have one cause, and which are worth a comment.
 * Each was judged alone before, by whoever saw its unit; only here are they seen side by side. Without an answer that can be
 * used each stands as it is. Errors that concern the whole run (limits, outages, a wrong key) are thrown.
 */
export async function compareClaims(
  examined: readonly Examined[],
  { asker, intent, settings }: { asker: Asker; intent: Intent; settings: ReviewSettings },
): Promise<Compared> {
  const claims = examined
    .filter((one) => one.candidate.source.kind === 'model' && mayBeSaid(one, settings))
    .toSorted(compareByHarm)
    .slice(0, MOST_CLAIMS)
    .toSorted(byWords)
  if (claims.length < 2) return { examined, claims: 0 }
  try {
    const { value } = await asker.ask(compareQuestion(claims, intent))
    const said = new Map(
      readCompareAnswer(value).flatMap(({ claim, worth, sameAs }) => {
        const id = claims[claim - 1]?.candidate.id
        const twin = sameAs === undefined ? undefined : claims[sameAs - 1]?.candidate.id
        return id === undefined ? [] : [[id, { worth, ...(twin !== undefined && { sameAs: twin }) }]]
      }),
    )
    return {
      examined: examined.map((one) => {
        const comparison = said.get(one.candidate.id)
        return comparison ? { ...one, comparison } : one
      }),
      claims: claims.length,
    }
  } catch (error) {
    const problem = problemOf(error)
    if (problem === undefined) throw error
    return { examined, claims: claims.length, problem }
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

function problemOf(error: unknown): string | undefined {
  if (error instanceof UnusableAnswerError) return `the answer was ${error.problem}`
  if (error instanceof ContextTooLongError) return 'too long for the model'
  return error instanceof OverBudgetError ? error.message : undefined
}
