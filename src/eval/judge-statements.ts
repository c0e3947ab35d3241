import { RetryableError } from '../base/errors.ts'
import type { Answer, Question } from '../llm/model.ts'
import { judgeQuestion, readJudgement, type Statement } from './judge-question.ts'

/**
 * For each problem the indexes of the comments that name it, in the eyes of a model. Nothing is asked where there is
 * nothing to compare. Throws a retryable error for an answer that does not decide everything.
 */
export async function judgeStatements(
  problems: readonly Statement[],
  comments: readonly Statement[],
  ask: (question: Question) => Promise<Answer>,
): Promise<readonly (readonly number[])[]> {
  if (problems.length === 0 || comments.length === 0) return problems.map(() => [])
  const answer = await ask(judgeQuestion(problems, comments))
  const judgement = readJudgement(answer.value, problems.length, comments.length)
  if (judgement) return judgement
  throw new RetryableError(`the judge ${answer.model} did not decide every problem once`)
}
