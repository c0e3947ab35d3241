import { completeEntries } from '../../llm/complete-entries.ts'
import { ContextTooLongError } from '../../llm/context-too-long-error.ts'
import { OverBudgetError } from '../../llm/over-budget-error.ts'
import { UnusableAnswerError } from '../../llm/unusable-answer-error.ts'
import type { Asker } from '../asker.ts'
import type { Candidate } from '../finding.ts'
import type { SecondLook } from './second-look.ts'
import { readVerifyAnswer, type ReadVerdict } from './verify-answer.ts'
import { isSevere, verifyQuestion, type VerifyMatter } from './verify-question.ts'

/** More claims than this are asked about in several questions: answers to long lists get short. */
const CLAIMS_PER_QUESTION = 12

/**
 * Takes a second look at the claims about one unit. Every claim gets one, also when no verdict can be had: what the
 * first answer left out is asked once more, and then it counts as unsure, with the reason. Near a cap only severe claims
 * are asked about. Errors that concern the whole
 * run (limits, outages, a wrong key) are thrown.
 */
export async function verifyInUnit(
  claims: readonly Candidate[],
  matter: VerifyMatter,
  asker: Asker,
): Promise<ReadonlyMap<string, SecondLook>> {
  const looks = new Map<string, SecondLook>()
  for (let first = 0; first < claims.length; first += CLAIMS_PER_QUESTION) {
    await look(claims.slice(first, first + CLAIMS_PER_QUESTION), true)
  }
  return looks

  async function look(asked: readonly Candidate[], mayAskAgain: boolean): Promise<void> {
    const { verdicts, model, problem, isOverBudget } = await askOnce(asked, matter, asker)
    for (const verdict of verdicts) {
      const claim = asked[verdict.claim - 1]
      if (claim) looks.set(claim.id, seen(claim, verdict, asked, model))
    }
    const left = asked.filter(({ id }) => !looks.has(id))
    if (left.length === 0) return
    const severe = isOverBudget ? asked.filter(isSevere) : []
    if (severe.length > 0 && severe.length < asked.length) {
      for (const claim of asked)
        if (!isSevere(claim)) looks.set(claim.id, unseen(claim, problem, isOverBudget))
      return await look(severe, mayAskAgain)
    }
    // The same question would get the same answer: only a shorter one is worth asking.
    if (mayAskAgain && left.length < asked.length) return await look(left, false)
    for (const claim of left) looks.set(claim.id, unseen(claim, problem, isOverBudget))
  }
}

interface AskedOnce {
  readonly verdicts: readonly ReadVerdict[]
  readonly model: string
  /** Why a claim without a verdict has none. */
  readonly problem: string
  readonly isOverBudget?: true
}

async function askOnce(claims: readonly Candidate[], matter: VerifyMatter, asker: Asker): Promise<AskedOnce> {
  try {
    const { value, model } = await asker.ask(verifyQuestion(claims, matter))
    return { verdicts: readVerifyAnswer(value), model, problem: 'the answer does not say a word about it' }
  } catch (error) {
    if (error instanceof UnusableAnswerError) {
      const verdicts = readVerifyAnswer(completeEntries(error.text))
      return { verdicts, model: error.model, problem: `the answer was ${error.problem}` }
    }
    if (error instanceof ContextTooLongError) {
      if (matter.context !== '') return await askOnce(claims, { ...matter, context: '' }, asker)
      return { verdicts: [], model: '', problem: 'too long for the model' }
    }
    if (error instanceof OverBudgetError) {
      return { verdicts: [], model: '', problem: error.message, isOverBudget: true }
    }
    throw error
  }
}

function seen(claim: Candidate, said: ReadVerdict, asked: readonly Candidate[], model: string): SecondLook {
  const { verdict, reason, certainty, origin, severity = claim.severity, sameAs } = said
  const twin = sameAs === undefined ? undefined : asked[sameAs - 1]
  return {
    verification: { verdict, reason, model, certainty, claimed: claim.severity },
    severity,
    origin,
    ...(twin && { sameAs: twin.id }),
  }
}

function unseen(claim: Candidate, problem: string, isOverBudget?: true): SecondLook {
  return {
    verification: {
      verdict: 'unsure',
      reason: problem,
      claimed: claim.severity,
      ...(isOverBudget && { isOverBudget }),
    },
    severity: claim.severity,
    origin: 'introduced',
  }
}
