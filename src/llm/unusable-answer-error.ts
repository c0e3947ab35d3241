import { RetryableError } from '../base/errors.ts'
import type { Usage } from './model.ts'

/**
 * A model answered, and was paid, but the answer cannot be used. It is never taken for "no findings" (I6).
 * Asking once more often helps, so the kind is retryable; a refusal comes again.
 */
export class UnusableAnswerError extends RetryableError {
  override name = 'UnusableAnswerError'
  readonly problem: 'garbage' | 'truncated' | 'refused' | 'empty'
  /** What the model wrote, as far as it came: never shown as a comment. */
  readonly text: string
  readonly usage: Usage
  /** `provider/model` that answered. */
  readonly model: string

  constructor(
    problem: UnusableAnswerError['problem'],
    message: string,
    answer: { readonly text: string; readonly usage: Usage; readonly model: string },
    options?: ErrorOptions,
  ) {
    super(message, options)
    this.problem = problem
    this.text = answer.text
    this.usage = answer.usage
    this.model = answer.model
  }
}
