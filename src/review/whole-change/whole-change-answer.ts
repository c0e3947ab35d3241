import { z } from 'zod'
import { findAnswer, readFindAnswer, type ReadFinding } from '../find-answer.ts'
import { readToolCall, toolCall, type ReadToolCall } from '../tree-tools/tool-call.ts'

/**
 * The form of an answer that may ask for tools. Findings come first: of an answer that is cut off, what was found is
 * kept. The last answer of a conversation has the form without calls.
 */
export const wholeChangeAnswer = z.object({
  ...findAnswer.shape,
  tool_calls: z.array(toolCall).describe('What to look up before the next answer; empty in the last one'),
})

/** What a model said in one step: each entry of both lists comes back once, in order. */
export interface ReadWholeChangeAnswer {
  readonly findings: readonly ReadFinding[]
  readonly calls: readonly ReadToolCall[]
}

/**
 * Reads an answer. Undefined when it has neither a list of findings nor a wish for tools: then nobody knows what was
 * meant, which is never "no findings" (I6). A wish for tools in a wrong form is one wrong call.
 */
export function readWholeChangeAnswer(value: unknown): ReadWholeChangeAnswer | undefined {
  const findings = readFindAnswer(value)
  const wish = callsMember(value)
  const wishes: readonly unknown[] = Array.isArray(wish) ? wish : wish === undefined ? [] : [wish]
  if (findings === undefined && wishes.length === 0) return undefined
  return { findings: findings ?? [], calls: wishes.map(readToolCall) }
}

function callsMember(value: unknown): unknown {
  const wish = typeof value === 'object' && value !== null && 'tool_calls' in value ? value.tool_calls : null
  return wish ?? undefined
}
