import type { IdSource } from '../base/ids.ts'
import { tagLines, type TaggedHunks } from '../diff/line-tags.ts'
import { completeEntries } from '../llm/complete-entries.ts'
import { ContextTooLongError } from '../llm/context-too-long-error.ts'
import type { Answer } from '../llm/model.ts'
import { OverBudgetError } from '../llm/over-budget-error.ts'
import { UnusableAnswerError } from '../llm/unusable-answer-error.ts'
import type { Asker } from './asker.ts'
import { readFindAnswer, type ReadFinding } from './find-answer.ts'
import { findQuestion } from './find-question.ts'
import type { GroundedCandidate } from './ground.ts'
import { readCandidate } from './read-candidate.ts'
import { halves, type Unit } from './units.ts'

/** What became of a unit, or of a part of it when it had to be asked in parts. */
export interface UnitOutcome {
  readonly unit: Unit
  /** Also of a unit that was not read to its end: what was found is never thrown away. */
  readonly candidates: readonly GroundedCandidate[]
  /** `cache` when nothing was paid for the whole of it. */
  readonly source: Answer['source']
  /** Why its hunks do not count as read; absent when they do. */
  readonly failure?: string
  /** The failure is that money is short. */
  readonly isOverBudget?: true
}

/**
 * Asks a model for the problems of one unit. Together the units that come back hold the hunks of the one that went in.
 *
 * An answer that was cut off is kept as far as it came, and the rest is asked for once. A unit too long for the model, or
 * whose answer was cut off before its first finding, is asked in two halves. Whatever else cannot be used fails this
 * unit alone; every other error (limits, outages, a wrong key) concerns the whole run and is thrown. `contextOf` finds
 * what a unit, or a part of it, should be read with.
 */
export async function findInUnit(
  unit: Unit,
  asker: Asker,
  newId: IdSource,
  contextOf: (unit: Unit) => Promise<string> = () => Promise.resolve(''),
): Promise<readonly UnitOutcome[]> {
  const tagged = tagLines(unit.hunks)
  const context = await contextOf(unit)
  const first = await askOnce(unit, tagged, asker, { context, said: [] })
  if (first.mustSplit) {
    const parts = halves(unit)
    if (parts.length > 1)
      return (await inTurn(parts, (part) => findInUnit(part, asker, newId, contextOf))).flat()
  }
  const isCut = first.failure !== undefined && first.entries.length > 0
  const rest = isCut
    ? await askOnce(unit, tagged, asker, { context, said: titlesOf(first.entries) })
    : undefined
  const { failure, isOverBudget } = rest ?? first
  const asked = rest ? [first, rest] : [first]
  const source = asked.some((one) => one.source === 'model') ? 'model' : 'cache'
  const candidates = asked.flatMap(({ entries, model }) =>
    entries.map((entry) =>
      readCandidate(entry, { id: newId(), source: { kind: 'model', model }, file: unit.file, tagged }),
    ),
  )
  const unread = { ...(failure !== undefined && { failure }), ...(isOverBudget && { isOverBudget }) }
  return [{ unit, candidates, source, ...unread }]
}

interface AskedOnce {
  readonly entries: readonly ReadFinding[]
  readonly model: string
  readonly source: Answer['source']
  /** Why the entries are not all that there is. */
  readonly failure?: string
  readonly isOverBudget?: true
  /** Whether a smaller question may be answered. */
  readonly mustSplit?: boolean
}

async function askOnce(
  unit: Unit,
  tagged: TaggedHunks,
  asker: Asker,
  beside: { readonly context: string; readonly said: readonly string[] },
): Promise<AskedOnce> {
  // An answer that cannot be used is not kept, so it was paid for.
  const unusable = { model: asker.model, source: 'model' } as const
  try {
    const answer = await asker.ask(findQuestion(unit, tagged, beside))
    const entries = readFindAnswer(answer.value)
    return entries
      ? { entries, model: answer.model, source: answer.source }
      : {
          ...unusable,
          model: answer.model,
          entries: [],
          failure: 'the model answered without a list of findings',
        }
  } catch (error) {
    if (error instanceof UnusableAnswerError) {
      const entries = readFindAnswer(completeEntries(error.text)) ?? []
      const mustSplit = error.problem === 'truncated' && entries.length === 0
      const failure = `the answer was ${error.problem}`
      return { ...unusable, model: error.model, entries, failure, mustSplit }
    }
    if (error instanceof ContextTooLongError) {
      return { ...unusable, entries: [], failure: 'too long for the model', mustSplit: true }
    }
    if (error instanceof OverBudgetError) {
      return { ...unusable, entries: [], failure: error.message, isOverBudget: true }
    }
    throw error
  }
}

function titlesOf(entries: readonly ReadFinding[]): readonly string[] {
  return entries.flatMap((entry) => (entry.kind === 'cited' ? [entry.finding.title] : []))
}

/** One after the other, for the bound on questions at once counts units. */
async function inTurn<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = []
  for (const item of items) results.push(await work(item))
  return results
}
