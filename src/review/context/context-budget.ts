/**
 * What a context may take, beside the tokens of its unit's hunks: all questions of a standard review together shall stay
 * below twice the tokens of the change. A second look comes only where something was found, and needs more than the first.
 */
export const findContext: ContextBudget = { share: 0.1, leastTokens: 60 }
export const verifyContext: ContextBudget = { share: 0.3, leastTokens: 200 }

export interface ContextBudget {
  /** Of the tokens of the unit. */
  readonly share: number
  /** A small hunk needs its surroundings as much as a large one. */
  readonly leastTokens: number
}

export function budgetTokens(
  unit: { readonly estimatedTokens: number },
  { share, leastTokens }: ContextBudget,
): number {
  return Math.max(leastTokens, Math.floor(unit.estimatedTokens * share))
}
