import { z } from 'zod'
import type { Clock } from '../../base/clock.ts'
import { errorMessage, RateLimitedError } from '../../base/errors.ts'
import type { SettingName } from '../../config/settings.ts'
import type { Model, Question } from '../../llm/model.ts'
import { UnusableAnswerError } from '../../llm/unusable-answer-error.ts'
import type { CheckResult } from '../doctor-command.ts'

const question: Question = {
  purpose: 'probe',
  system: 'You answer with JSON.',
  prompt: 'Is 7 a prime number?',
  answer: {
    name: 'is_prime',
    description: 'Whether the number is prime',
    schema: z.object({ prime: z.boolean() }),
  },
  // Room for models that think before they answer.
  maxOutputTokens: 2_000,
}

/** Whether the model answers one tiny question, in the form it was asked for. `setting` is where it was chosen. */
export async function checkModel(
  model: Model,
  { clock, setting }: { readonly clock: Clock; readonly setting: SettingName },
  signal: AbortSignal,
): Promise<CheckResult> {
  const start = clock.now().getTime()
  try {
    const { value, usage } = await model.ask(question, signal)
    const ms = clock.now().getTime() - start
    const detail = `${model.id} answered in ${ms} ms (${usage.inputTokens + usage.outputTokens} tokens)`
    if (question.answer.schema.safeParse(value).success) return { state: 'ok', detail }
    return unfit(`${detail}, but not in the form it was asked for`, setting)
  } catch (error) {
    if (error instanceof UnusableAnswerError) return unfit(`${model.id}: ${errorMessage(error)}`, setting)
    if (error instanceof RateLimitedError) {
      const cure = 'the key works; ask the provider for a higher limit if this stays'
      return { state: 'warning', detail: errorMessage(error), cure }
    }
    throw error
  }
}

function unfit(detail: string, setting: SettingName): CheckResult {
  return { state: 'failed', detail, cure: `choose a model that follows a schema (${setting})` }
}
