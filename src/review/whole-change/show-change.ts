import { tagLines, type TaggedHunks } from '../../diff/line-tags.ts'
import { describeFile } from '../describe-file.ts'
import { estimateTokens } from '../estimate-tokens.ts'
import { renderHunks } from '../find-question.ts'
import type { Unit } from '../units.ts'

/** A change as one question shows it. */
export interface ShownChange {
  /** The units that are shown, file by file. */
  readonly units: readonly Unit[]
  /** Those that did not fit. */
  readonly leftOut: readonly Unit[]
  /** All their hunks together: a tag means one line of the whole change. */
  readonly tagged: TaggedHunks
  readonly text: string
  /** The unit in which a tag stands. */
  unitOf(tag: string): Unit | undefined
}

/**
 * As much of a change as fits into a budget of estimated tokens: whole units, the most dangerous one of each file before
 * the second ones, so that a large file leaves room for the others; smaller ones behind one that does not fit may still
 * do so. What is shown stands file by file.
 */
export function showChange(byDanger: readonly Unit[], budgetTokens: number): ShownChange {
  const chosen: Unit[] = []
  const leftOut: Unit[] = []
  let tokensLeft = budgetTokens
  for (const unit of fileByFile(byDanger)) {
    const tokens = unit.estimatedTokens + estimateTokens(describeFile(unit.file))
    if (tokens > tokensLeft) {
      leftOut.push(unit)
    } else {
      tokensLeft -= tokens
      chosen.push(unit)
    }
  }
  const paths = [...new Set(chosen.map(({ path }) => path))]
  const units = paths.flatMap((path) => chosen.filter((unit) => unit.path === path).toSorted(byPlace))
  const hunks = units.flatMap((unit) => unit.hunks.map((hunk) => ({ hunk, unit })))
  const tagged = tagLines(hunks.map(({ hunk }) => hunk))
  const rendered = renderHunks(tagged)
  const text = hunks.flatMap(({ unit }, index) => {
    const isFirst = hunks[index - 1]?.unit.path !== unit.path
    return [...(isFirst ? [describeFile(unit.file)] : []), rendered[index] ?? '']
  })
  return {
    units,
    leftOut,
    tagged,
    text: text.join('\n'),
    unitOf: (tag) => hunks[tagged.resolve(tag)?.hunkIndex ?? -1]?.unit,
  }
}

/** The first unit of each file, then the second ones, and so on; within each round as they were given. */
function fileByFile(units: readonly Unit[]): readonly Unit[] {
  const seen = new Map<string, number>()
  const rounds = units.map((unit) => {
    const round = seen.get(unit.path) ?? 0
    seen.set(unit.path, round + 1)
    return { unit, round }
  })
  return rounds.toSorted((a, b) => a.round - b.round).map(({ unit }) => unit)
}

function byPlace(a: Unit, b: Unit): number {
  const lineOf = ({ hunks: [first] }: Unit): number => (first ? first.newStart + first.oldStart : 0)
  return lineOf(a) - lineOf(b)
}
