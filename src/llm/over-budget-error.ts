import { PermanentError } from '../base/errors.ts'

/** Nobody was asked: what may be spent is spent. Other questions of the run may be worth more, and still be asked. */
export class OverBudgetError extends PermanentError {
  override name = 'OverBudgetError'
}
