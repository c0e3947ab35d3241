import { PermanentError } from '../base/errors.ts'

/**
 * The account, the key or the name of a model is refused: no question to it will be answered until a person changes
 * something. The question itself may be well.
 */
export class ModelUnavailableError extends PermanentError {
  override name = 'ModelUnavailableError'
}
