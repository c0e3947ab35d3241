import { PermanentError } from '../base/errors.ts'

/** The question does not fit into what the model takes: asked in smaller pieces it may. Nothing was paid. */
export class ContextTooLongError extends PermanentError {
  override name = 'ContextTooLongError'
}
