import { RetryableError } from '../base/errors.ts'

/**
 * Nobody knows what may still be spent, for the store of the caps is away. Nothing is amiss with the model: it was not
 * asked, and another one would not be, either.
 */
export class BudgetAwayError extends RetryableError {
  override name = 'BudgetAwayError'
}
