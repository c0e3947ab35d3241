import { RateLimitedError } from '../base/errors.ts'

/**
 * What is left of a cap is set aside for questions under way. Nothing is amiss with the model: it was not asked, and another
 * one would not be, either.
 */
export class BudgetBusyError extends RateLimitedError {
  override name = 'BudgetBusyError'
}
