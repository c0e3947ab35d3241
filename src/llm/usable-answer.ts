import type { LanguageModelV3GenerateResult } from '@ai-sdk/provider'
import type { Answer, FinishReason, Usage } from './model.ts'
import { readJsonAnswer } from './read-json-answer.ts'
import { UnusableAnswerError } from './unusable-answer-error.ts'

/** What the SDK brought, as an answer; throws an `UnusableAnswerError` with the text and what it cost when it is none. */
export function usableAnswer(model: string, result: LanguageModelV3GenerateResult): Answer {
  const text = result.content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('')
  const usage = readUsage(result.usage)
  const finishReason = finishReasons[result.finishReason.unified]
  const rawFinishReason = result.finishReason.raw ?? result.finishReason.unified
  const unusable = (problem: UnusableAnswerError['problem'], what: string): UnusableAnswerError =>
    new UnusableAnswerError(problem, `${model} ${what} (${rawFinishReason})`, { text, usage, model })

  if (finishReason === 'refusal') throw unusable('refused', 'refused to answer')
  // Even when the text reads as JSON: Anthropic closes the half-written input of an answer tool.
  if (finishReason === 'length')
    throw unusable('truncated', `was cut off after ${usage.outputTokens} tokens of output`)
  if (text.trim() === '') throw unusable('empty', 'answered nothing')
  const value = readJsonAnswer(text)
  if (value === undefined) throw unusable('garbage', 'answered something other than one JSON object')
  return { value, text, finishReason, rawFinishReason, usage, model, source: 'model' }
}

const finishReasons: Record<LanguageModelV3GenerateResult['finishReason']['unified'], FinishReason> = {
  stop: 'stop',
  length: 'length',
  'content-filter': 'refusal',
  'tool-calls': 'other',
  error: 'other',
  other: 'other',
}

function readUsage({ inputTokens, outputTokens }: LanguageModelV3GenerateResult['usage']): Usage {
  const total = count(inputTokens.total)
  const cached = Math.min(count(inputTokens.cacheRead), total)
  const written = Math.min(count(inputTokens.cacheWrite), total - cached)
  return {
    inputTokens: total,
    cachedInputTokens: cached,
    ...(written > 0 && { cacheWriteInputTokens: written }),
    outputTokens: count(outputTokens.total),
  }
}

/** Some compatible servers count nothing, and any may count nonsense: both are 0 here. */
function count(tokens: number | undefined): number {
  return Number.isFinite(tokens) ? Math.max(0, Math.round(tokens ?? 0)) : 0
}
