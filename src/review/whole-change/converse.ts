import { completeEntries } from '../../llm/complete-entries.ts'
import { ContextTooLongError } from '../../llm/context-too-long-error.ts'
import type { Answer, Question } from '../../llm/model.ts'
import { OverBudgetError } from '../../llm/over-budget-error.ts'
import { UnusableAnswerError } from '../../llm/unusable-answer-error.ts'
import { estimateTokens } from '../estimate-tokens.ts'
import { readFindAnswer, type ReadFinding } from '../find-answer.ts'
import type { ReadToolCall, ToolCall } from '../tree-tools/tool-call.ts'
import { MOST_RESULT_BYTES } from '../tree-tools/use-tool.ts'
import { readWholeChangeAnswer } from './whole-change-answer.ts'
import {
  wholeChangeQuestion,
  type LooksLeft,
  type Step,
  type WholeChangeMatter,
} from './whole-change-question.ts'

/** How long a conversation may go on. */
export interface ConversationBounds {
  readonly questions: number
  /** Estimated, of all its questions together. */
  readonly tokens: number
}

export interface Conversation {
  /** Every entry of every answer, with the model that gave it. */
  readonly entries: readonly { readonly entry: ReadFinding; readonly model: string }[]
  /** Those that were asked, answered or not. */
  readonly questions: number
  /** What was looked up, with what came of it. */
  readonly lookedUp: readonly string[]
  readonly end: ConversationEnd
}

export type ConversationEnd =
  /** The model said all that it had to say. */
  | { readonly kind: 'complete' }
  /** A bound or a cap ended it; what was found until then counts. */
  | { readonly kind: 'cut-short'; readonly reason: string; readonly isOverBudget?: true }
  /** An answer could not be used. */
  | { readonly kind: 'failed'; readonly reason: string }
  /** Not even the first question could be asked: there was no money for it. */
  | { readonly kind: 'over-budget'; readonly reason: string }
  /** The model takes no question of that size; a smaller one is worth a try. */
  | { readonly kind: 'too-long' }
  /** The first question alone is larger than all of them may be; it was not asked, and a smaller one is worth a try. */
  | { readonly kind: 'too-large' }

export interface ConversationMeans {
  /** `step` counts from 1. */
  readonly ask: (question: Question, step: number) => Promise<Answer>
  /** Absent where nobody has the files of the head. */
  readonly useTool?: (call: ToolCall) => Promise<string>
}

/** Calls of one answer that are made; the others are told that they were not. */
const MOST_CALLS = 4
/** What the results of one answer may add to the next question. */
const RESULT_TOKENS = estimateTokens('x'.repeat(MOST_CALLS * MOST_RESULT_BYTES))

/**
 * Asks about a whole change, and goes on as long as the model wants to look something up and the bounds allow it (L8):
 * the last question takes no wishes. Which one is the last follows from what was said alone, so that a conversation
 * with the same answers has the same questions. A wish that means nothing is told so in the next question. Errors that
 * concern the whole run (limits, outages, a wrong key) are thrown.
 */
export async function converse(
  matter: WholeChangeMatter,
  bounds: ConversationBounds,
  { ask, useTool }: ConversationMeans,
): Promise<Conversation> {
  const entries: Conversation['entries'][number][] = []
  const steps: Step[] = []
  const lookedUp = new Map<string, string>()
  let spent = 0
  for (let step = 1; ; step++) {
    const ended = (end: ConversationEnd): Conversation => ({
      entries,
      questions: step,
      lookedUp: [...lookedUp].map(([heading, result]) => `${heading}\n${result}`),
      end,
    })
    const left = looksLeft(step)
    const question = wholeChangeQuestion(matter, steps, left)
    spent += tokensOf(question)
    if (step === 1 && spent > bounds.tokens) return { ...ended({ kind: 'too-large' }), questions: 0 }
    let answer: Answer
    try {
      answer = await ask(question, step)
    } catch (error) {
      if (error instanceof UnusableAnswerError) {
        keep(readFindAnswer(completeEntries(error.text)) ?? [], error.model)
        return ended({ kind: 'failed', reason: `the answer was ${error.problem}` })
      }
      if (error instanceof OverBudgetError) {
        if (step === 1) return { ...ended({ kind: 'over-budget', reason: error.message }), questions: 0 }
        const end = { kind: 'cut-short', reason: error.message, isOverBudget: true } as const
        return { ...ended(end), questions: step - 1 }
      }
      if (error instanceof ContextTooLongError) {
        return ended(
          step === 1 ? { kind: 'too-long' } : { kind: 'cut-short', reason: 'too long for the model' },
        )
      }
      throw error
    }
    const said = readWholeChangeAnswer(answer.value)
    if (!said) return ended({ kind: 'failed', reason: 'the model answered without a list of findings' })
    keep(said.findings, answer.model)
    if (said.calls.length === 0) return ended({ kind: 'complete' })
    if (typeof left !== 'number') {
      return ended(
        left === 'no files'
          ? { kind: 'complete' }
          : { kind: 'cut-short', reason: 'the model wanted to look further' },
      )
    }
    steps.push({ results: await lookUp(said.calls), reported: titlesOf(said.findings) })
  }

  function keep(found: readonly ReadFinding[], by: string): void {
    entries.push(...found.map((entry) => ({ entry, model: by })))
  }

  /** There is always room for a last question after one that may ask for tools. */
  function looksLeft(step: number): LooksLeft {
    if (!useTool) return 'no files'
    const left = bounds.questions - step
    if (left <= 0) return 'no more'
    const next = tokensOf(wholeChangeQuestion(matter, steps, left))
    return spent + 2 * next + RESULT_TOKENS > bounds.tokens ? 'no more' : left
  }

  async function lookUp(calls: readonly ReadToolCall[]): Promise<readonly string[]> {
    const results: string[] = []
    for (const [index, call] of calls.slice(0, MOST_CALLS + 1).entries()) {
      if (index === MOST_CALLS)
        results.push(`(${calls.length - index} more calls were not made: at most ${MOST_CALLS} in an answer)`)
      else if (call.kind === 'wrong') results.push(`${call.said}\nNot made: ${call.problem}.`)
      else results.push(await lookUpOnce(call))
    }
    return results
  }

  async function lookUpOnce({ call, why }: Extract<ReadToolCall, { kind: 'call' }>): Promise<string> {
    const heading = JSON.stringify(call)
    const told = why === '' ? heading : JSON.stringify({ ...call, why })
    if (lookedUp.has(heading)) return `${told}\nNot made again: its result stands above.`
    const result = (await useTool?.(call)) ?? ''
    lookedUp.set(heading, result)
    return `${told}\n${result}`
  }
}

function tokensOf({ system, prompt }: Question): number {
  return estimateTokens(system) + estimateTokens(prompt)
}

function titlesOf(entries: readonly ReadFinding[]): readonly string[] {
  return entries.flatMap((entry) => (entry.kind === 'cited' ? [entry.finding.title] : []))
}
