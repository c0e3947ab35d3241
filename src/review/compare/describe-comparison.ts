import type { RunEvent } from '../run-store.ts'
import type { Compared } from './compare-claims.ts'

/** A comparison in the words of a run's timeline. */
export function describeComparison({ examined, claims, problem }: Compared): RunEvent['detail'] {
  const comparisons = examined.flatMap(({ comparison }) => comparison ?? [])
  return {
    claims,
    'with the cause of another': comparisons.filter(({ sameAs }) => sameAs !== undefined).length,
    'not compared': claims - comparisons.length,
    ...(problem !== undefined && { problem }),
  }
}
