import type { IdSource } from '../base/ids.ts'
import type { Asker } from './asker.ts'
import { findContext, verifyContext, type ContextBudget } from './context/context-budget.ts'
import type { FileFacts } from './checks/check.ts'
import { examine, type Settled } from './examine.ts'
import { findInUnit, type UnitOutcome } from './find-in-unit.ts'
import type { Examined } from './judge/policy.ts'
import type { Unit } from './units.ts'
import { hunksToShow } from './verify/hunks-to-show.ts'
import { verifyInUnit } from './verify/verify-in-unit.ts'
import type { Intent } from './verify/verify-question.ts'

/** What a unit is read with. */
export interface UnitReading {
  readonly asker: Asker
  readonly newId: IdSource
  /** What is known of the unit's file, as soon as the analysers are done with it. */
  readonly facts: () => Promise<FileFacts | undefined>
  readonly settled: Settled
  readonly intent: Intent
  /** What stands around a unit and what it has to do with, as text within a budget; empty when nothing is known. */
  readonly contextOf: (unit: Unit, budget: ContextBudget) => Promise<string>
  /** Whether what was found gets a second look. */
  readonly verifies: boolean
}

/** A unit, or a part of it, with everything that was found in it. */
export interface ReviewedUnit {
  readonly unit: Unit
  readonly examined: readonly Examined[]
  readonly source: UnitOutcome['source']
  /** Why its hunks do not count as read. */
  readonly failure?: string
  readonly isOverBudget?: true
}

/** Finds in one unit, examines what was found, and has a second look at what stood that. */
export async function reviewUnit(unit: Unit, reading: UnitReading): Promise<readonly ReviewedUnit[]> {
  const outcomes = await findInUnit(unit, reading.asker, reading.newId, (part) =>
    reading.contextOf(part, findContext),
  )
  const facts = await reading.facts()
  const reviewed: ReviewedUnit[] = []
  for (const { unit: part, candidates, source, failure, isOverBudget } of outcomes) {
    const examined = candidates.map((found) => examine(found, facts, reading.settled))
    reviewed.push({
      unit: part,
      source,
      examined: reading.verifies ? await lookAgain(part, examined, reading) : examined,
      ...(failure !== undefined && { failure }),
      ...(isOverBudget && { isOverBudget }),
    })
  }
  return reviewed
}

/** The same candidates in the same order, with a second look at each that was not refused. */
export async function lookAgain(
  unit: Unit,
  examined: readonly Examined[],
  { asker, intent, contextOf }: Pick<UnitReading, 'asker' | 'intent' | 'contextOf'>,
): Promise<readonly Examined[]> {
  const claims = examined.flatMap(({ candidate, refusal }) => (refusal ? [] : [candidate]))
  if (claims.length === 0) return examined
  const hunks = hunksToShow(unit, claims)
  const context = await contextOf({ ...unit, hunks }, verifyContext)
  const matter = { file: unit.file, hunks, context, intent }
  const looks = await verifyInUnit(claims, matter, asker)
  return examined.map((one) => {
    const look = looks.get(one.candidate.id)
    return look ? { ...one, look } : one
  })
}
