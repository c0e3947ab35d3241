import type { Usage } from '../llm/model.ts'
import type { MicroDollars } from './money.ts'

/** What models cost. */
export interface Prices {
  /**
   * What a usage at a model (`provider/model`) costs at that time, with the provider's discount on cached input, and its
   * surcharge for what it puts into its cache.
   * Undefined when the price is not known: that is neither nothing nor an error.
   */
  costOf(model: string, usage: Usage, at: Date): MicroDollars | undefined
}
