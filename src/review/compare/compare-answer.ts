import { z } from 'zod'
import { readShare } from '../read-share.ts'

/** The form in which a model is asked to compare claims. */
export const compareAnswer = z.object({
  claims: z.array(
    z.object({
      claim: z.number().describe('Its number'),
      same_as: z.number().nullable().describe('Number of an earlier claim with the same cause, or null'),
      worth: z.number().describe('0 to 1 that the author would change something because of it'),
    }),
  ),
})

/** What a model said of one claim. Numbers of claims begin with 1. */
export interface ReadComparison {
  readonly claim: number
  readonly worth: number
  readonly sameAs?: number
}

/** What we read is looser than what we ask for. A number is needed to know of what, and what it is worth. */
const looseComparison = z.object({
  claim: z.coerce.number().int().positive(),
  worth: z.unknown().transform(readShare).pipe(z.number()),
  same_as: z.coerce.number().int().positive().optional().catch(undefined),
})

/**
 * What an answer says of each claim, the first where it speaks of one twice. Who is not among them was not compared.
 */
export function readCompareAnswer(value: unknown): readonly ReadComparison[] {
  const entries: unknown =
    typeof value === 'object' && value !== null && 'claims' in value ? value.claims : value
  if (!Array.isArray(entries)) return []
  const comparisons = new Map<number, ReadComparison>()
  for (const entry of entries) {
    const read = looseComparison.safeParse(entry)
    if (!read.success || comparisons.has(read.data.claim)) continue
    const { claim, worth, same_as: sameAs } = read.data
    // Only an earlier one may speak for it, so that no two speak for each other.
    const isEarlier = sameAs !== undefined && sameAs < claim
    comparisons.set(claim, { claim, worth, ...(isEarlier && { sameAs }) })
  }
  return [...comparisons.values()]
}
