import { compareText } from '../base/compare-text.ts'
import type { DiffLine, FileDiff, Hunk } from '../diff/file-diff.ts'
import { sliceHunk } from '../diff/slice-hunk.ts'
import { divideHunks, hunkTokens } from './divide-hunks.ts'
import { fileRole, type FileRole } from './file-role.ts'
import type { ReviewSettings } from './review-settings.ts'
import type { SelectedFile } from './select.ts'

/** The piece of a change that one model question covers: hunks of one file, or parts of hunks, in their order. */
export interface Unit {
  readonly path: string
  /** Their lines are those of the file's hunks themselves, which is how a receipt knows what was read. */
  readonly hunks: readonly Hunk[]
  readonly file: FileDiff
  /** The whole new file, where it is known. */
  readonly content?: string
  /** Of the hunks as the question shows them, without the words around them. */
  readonly estimatedTokens: number
}

/** A unit that is not asked, and why. */
export interface OverBudgetUnit extends Unit {
  readonly reason: string
}

/** Every line of every hunk of every file to review is in exactly one of them. */
export interface DividedChange {
  /** To be asked, most dangerous first. */
  readonly units: readonly Unit[]
  readonly overBudget: readonly OverBudgetUnit[]
}

/** A unit of more tokens is not asked: only lines of a size that nobody reads make one. */
const LARGEST_UNIT = 48_000

/** What a question holds beside its hunks: the rules, the form of the answer, a little of what stands around. */
const AROUND_HUNKS = 400

/** The order in which files are read, and, from its end, in which they are given up when money is short. */
const order: readonly FileRole[] = ['source', 'test', 'prose or settings']

type UnitSettings = Pick<ReviewSettings, 'unitTokens' | 'runTokens'>

/**
 * Divides the files to review into units: one per file, more where its hunks are large enough for several (ADR 17).
 * Source comes before tests, those before prose and settings; then more changed lines before fewer; then by path.
 * What does not fit into the budget of the run is named; smaller units behind it may still fit.
 */
export function makeUnits(files: readonly SelectedFile[], settings: UnitSettings): DividedChange {
  const units: Unit[] = []
  const overBudget: OverBudgetUnit[] = []
  let tokensLeft = settings.runTokens
  for (const unit of byDanger(files.flatMap((file) => unitsOf(file, settings.unitTokens)))) {
    if (unit.estimatedTokens > LARGEST_UNIT) {
      overBudget.push({ ...unit, reason: 'its lines are too long for a question' })
    } else if (questionTokens(unit) > tokensLeft) {
      overBudget.push({ ...unit, reason: 'over the budget of one run' })
    } else {
      tokensLeft -= questionTokens(unit)
      units.push(unit)
    }
  }
  return { units, overBudget }
}

/** About what the first question about a unit holds. */
export function questionTokens({ estimatedTokens }: Pick<Unit, 'estimatedTokens'>): number {
  return estimatedTokens + AROUND_HUNKS
}

/** Of a unit of fewer tokens it is not the size that is wrong: asking in ever smaller parts would only cost. */
const SMALLEST_TO_HALVE = 500

/**
 * A unit as two, divided near its middle, between hunks where it has several; alone when it is small, or has one changed
 * line. Each half has one, and nothing is lost.
 */
export function halves(unit: Unit): readonly Unit[] {
  if (unit.estimatedTokens < SMALLEST_TO_HALVE) return [unit]
  if (unit.hunks.length > 1) {
    const sizes = unit.hunks.map(hunkTokens)
    const cut = nearestToMiddle(sizes)
    return [unit.hunks.slice(0, cut), unit.hunks.slice(cut)].map((hunks) => withHunks(unit, hunks))
  }
  const [hunk] = unit.hunks
  if (!hunk) return [unit]
  const isChanged = (line: DiffLine): boolean => line.kind !== 'context'
  const [first, last] = [hunk.lines.findIndex(isChanged), hunk.lines.findLastIndex(isChanged)]
  if (first === last) return [unit]
  const cut = nearestToMiddle(
    hunk.lines.map(({ text }) => text.length),
    { from: first + 1, to: last },
  )
  const parts = [sliceHunk(hunk, 0, cut), sliceHunk(hunk, cut, hunk.lines.length)]
  return parts.map((part) => withHunks(unit, [part]))
}

/** After how many of the sizes, within bounds, their sum is nearest to half. */
function nearestToMiddle(sizes: readonly number[], { from, to } = { from: 1, to: sizes.length - 1 }): number {
  const half = sum(sizes) / 2
  let best = { cut: from, offCentre: Infinity }
  let before = 0
  for (const [index, size] of sizes.slice(0, to).entries()) {
    before += size
    const offCentre = Math.abs(before - half)
    if (index + 1 >= from && offCentre < best.offCentre) best = { cut: index + 1, offCentre }
  }
  return best.cut
}

function withHunks(unit: Unit, hunks: readonly Hunk[]): Unit {
  return { ...unit, hunks, estimatedTokens: sum(hunks.map(hunkTokens)) }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}

function unitsOf({ file, selection }: SelectedFile, unitTokens: number): Unit[] {
  if (selection.kind !== 'review') return []
  const { diff, content } = file
  return divideHunks(diff.hunks, unitTokens).map((hunks) => ({
    path: diff.path,
    file: diff,
    ...(content !== undefined && { content }),
    hunks,
    estimatedTokens: sum(hunks.map(hunkTokens)),
  }))
}

/** Units of one file that are equal in this keep the order of their hunks. */
function byDanger(units: readonly Unit[]): Unit[] {
  return units
    .map((unit) => ({ unit, role: order.indexOf(fileRole(unit.path)), changed: changedCount(unit) }))
    .toSorted((a, b) => a.role - b.role || b.changed - a.changed || compareText(a.unit.path, b.unit.path))
    .map(({ unit }) => unit)
}

function changedCount(unit: Unit): number {
  return unit.hunks.reduce((sum, hunk) => sum + hunk.lines.filter(({ kind }) => kind !== 'context').length, 0)
}
