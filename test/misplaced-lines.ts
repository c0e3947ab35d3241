import type { DiffLine, Hunk } from '../src/diff/file-diff.ts'

/**
 * Holds hunks against the two texts they were made from, and says in words what does not fit; nothing when every line
 * stands where its number says, the marks for a missing newline are right, and what is neither removed nor added is
 * the same on both sides.
 */
export function misplacedLines(hunks: readonly Hunk[], oldText: string, newText: string): string[] {
  const problems: string[] = []
  const old = {
    name: 'old',
    lines: linesOf(oldText),
    ends: oldText.endsWith('\n'),
    changed: new Set<number>(),
  }
  const now = {
    name: 'new',
    lines: linesOf(newText),
    ends: newText.endsWith('\n'),
    changed: new Set<number>(),
  }
  const check = (side: typeof old, number: number, line: DiffLine): void => {
    const isUnended = number === side.lines.length && !side.ends
    if (side.lines[number - 1] !== line.text) problems.push(`${side.name} line ${number} is another`)
    if ((line.noNewline ?? false) !== isUnended)
      problems.push(`${side.name} line ${number} is marked wrongly`)
    if (line.kind !== 'context') side.changed.add(number)
  }
  for (const line of hunks.flatMap((hunk) => hunk.lines)) {
    if (line.kind !== 'added') check(old, line.oldLine, line)
    if (line.kind !== 'removed') check(now, line.newLine, line)
  }
  const kept = [old, now].map((side) =>
    side.lines.filter((_, index) => !side.changed.has(index + 1)).join('\n'),
  )
  if (kept[0] !== kept[1]) problems.push('lines outside of the hunks differ')
  return problems
}

/** The lines of a text as git counts them. */
export function linesOf(text: string): string[] {
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  return lines
}

export function countLines(hunks: readonly Hunk[], kind: DiffLine['kind']): number {
  return hunks.reduce((sum, hunk) => sum + hunk.lines.filter((line) => line.kind === kind).length, 0)
}
