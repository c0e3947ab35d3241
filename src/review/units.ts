import type { FileDiff, Hunk } from '../diff/file-diff.ts'
import { estimateTokens } from './estimate-tokens.ts'
import { fileRole, type FileRole } from './file-role.ts'
import type { ReviewSettings } from './review-settings.ts'
import type { SelectedFile } from './select.ts'

/** The piece of a change that one model question covers: hunks of one file, in their order. */
export interface Unit {
  readonly path: string
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

/** Every hunk of every file to review is in exactly one of them. */
export interface DividedChange {
  /** To be asked, most dangerous first. */
  readonly units: readonly Unit[]
  readonly overBudget: readonly OverBudgetUnit[]
}

/** A hunk is never cut. One that alone makes a question of this many times the wanted size is not asked. */
const LARGEST_UNIT = 4

/** What stands between the texts of two lines in a question: a line feed, a tag, a bar and a sign. */
const BETWEEN_LINES = '\ntags|+'

/** The order in which files are read, and, from its end, in which they are given up when money is short. */
const order: readonly FileRole[] = ['source', 'test', 'prose or settings']

type UnitSettings = Pick<ReviewSettings, 'unitTokens' | 'runTokens'>

/**
 * Divides the files to review into units: one per file, more where its hunks are too large for one question.
 * Source comes before tests, those before prose and settings; then more changed lines before fewer; then by path.
 * What does not fit into the budget of the run is named; smaller units behind it may still fit.
 */
export function makeUnits(files: readonly SelectedFile[], settings: UnitSettings): DividedChange {
  const units: Unit[] = []
  const overBudget: OverBudgetUnit[] = []
  let tokensLeft = settings.runTokens
  for (const unit of byDanger(files.flatMap((file) => unitsOf(file, settings.unitTokens)))) {
    if (unit.estimatedTokens > settings.unitTokens * LARGEST_UNIT) {
      overBudget.push({ ...unit, reason: 'one hunk is too large for a question' })
    } else if (unit.estimatedTokens > tokensLeft) {
      overBudget.push({ ...unit, reason: 'over the budget of one run' })
    } else {
      tokensLeft -= unit.estimatedTokens
      units.push(unit)
    }
  }
  return { units, overBudget }
}

/** A unit as two, divided at the hunk border nearest to its middle; alone when it has one hunk. Nothing is lost. */
export function halves(unit: Unit): readonly Unit[] {
  if (unit.hunks.length < 2) return [unit]
  const sizes = unit.hunks.map(hunkTokens)
  const offCentre = (cut: number): number => Math.abs(sum(sizes.slice(0, cut)) - sum(sizes.slice(cut)))
  const cuts = Array.from({ length: sizes.length - 1 }, (_, index) => index + 1)
  const cut = cuts.reduce((best, other) => (offCentre(other) < offCentre(best) ? other : best))
  return [
    { ...unit, hunks: unit.hunks.slice(0, cut), estimatedTokens: sum(sizes.slice(0, cut)) },
    { ...unit, hunks: unit.hunks.slice(cut), estimatedTokens: sum(sizes.slice(cut)) },
  ]
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}

function unitsOf({ file, selection }: SelectedFile, unitTokens: number): Unit[] {
  if (selection.kind !== 'review') return []
  const { diff, content } = file
  return groupHunks(diff.hunks, unitTokens).map((group) => ({
    path: diff.path,
    file: diff,
    ...(content !== undefined && { content }),
    ...group,
  }))
}

type HunkGroup = Pick<Unit, 'hunks' | 'estimatedTokens'>

/** As few groups of neighbouring hunks as the limit allows; a hunk above it is a group of its own. */
function groupHunks(hunks: readonly Hunk[], limit: number): HunkGroup[] {
  const groups: { hunks: Hunk[]; estimatedTokens: number }[] = []
  for (const hunk of hunks) {
    const estimatedTokens = hunkTokens(hunk)
    const last = groups.at(-1)
    if (last && last.estimatedTokens + estimatedTokens <= limit) {
      last.hunks.push(hunk)
      last.estimatedTokens += estimatedTokens
    } else {
      groups.push({ hunks: [hunk], estimatedTokens })
    }
  }
  return groups
}

/** Of a hunk as a question shows it. */
export function hunkTokens(hunk: Hunk): number {
  return estimateTokens([hunk.heading, ...hunk.lines.map((line) => line.text)].join(BETWEEN_LINES))
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

/** By code units: the same on every machine, whatever its language. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
